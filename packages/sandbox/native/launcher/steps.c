/* SPDX-License-Identifier: MIT */
#include "steps.h"
#include "cgroup.h"
#include "prove.h"
#include "report.h"
#include "verify.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <linux/prctl.h>

#include "../../../caps/native/caps.h"
#include "../../../privdrop/native/privdrop.h"
#include "../../../seccomp/native/seccomp.h"

#define CAP_SETUID_BIT (1ull << 7)

static int has(const struct sb_launch *launch, enum sb_layer layer)
{
	return launch->records.bytes[layer] != NULL;
}

/* First: it must have nothing of what the target gets. */
static int step_supervise(struct sb_launch *launch)
{
	const struct sb_supervised whom = {launch->records.bytes[SB_LAYER_PRIVDROP],
		launch->records.length[SB_LAYER_PRIVDROP]};
	if (launch->process.channel >= 0 &&
		!(has(launch, SB_LAYER_LANDLOCK) && has(launch, SB_LAYER_SECCOMP)))
		return sb_fail(&launch->failure, "denials", NULL, EINVAL);
	return sb_supervise(
		&launch->process, launch->status, &whom, &launch->supervised, &launch->failure);
}

static int step_process(struct sb_launch *launch)
{
	return sb_process_apply(&launch->process, launch->status, &launch->failure);
}

static void skipped(void *context, uint32_t rule)
{
	const struct sb_launch *launch = context;
	sb_report_number(launch->status, "skipped", rule);
}

static int may_grant(void *context, int descriptor, uint64_t rights)
{
	struct sb_launch *launch = context;
	return sb_cgroup_may_grant(&launch->process, &launch->way, descriptor, rights);
}

static int step_build_ruleset(struct sb_launch *launch)
{
	launch->status_text = sb_open_status_text();
	launch->landlock.skipped = skipped;
	launch->landlock.may_grant = may_grant;
	launch->landlock.context = launch;
	if (launch->supervised) {
		launch->landlock.granted = sb_supervise_grant;
		launch->landlock.granted_port = sb_supervise_port;
	}
	launch->landlock.runner = sb_privdrop_uid(launch->records.bytes[SB_LAYER_PRIVDROP],
		launch->records.length[SB_LAYER_PRIVDROP], 0);
	if (!has(launch, SB_LAYER_LANDLOCK))
		return 0;
	int error = sb_landlock_build(launch->records.bytes[SB_LAYER_LANDLOCK],
		launch->records.length[SB_LAYER_LANDLOCK], &launch->landlock, &launch->failure);
	if (error && launch->landlock.rule != SB_LANDLOCK_NO_RULE)
		sb_report_number(launch->status, "rule", launch->landlock.rule);
	if (!error && launch->supervised)
		error = sb_supervise_rules(launch->supervised, &launch->landlock, &launch->failure);
	return error;
}

static int step_no_new_privs(struct sb_launch *launch)
{
	/* It is set already in an outer sandbox, whose filter may deny setting anything. */
	if (sb_verify_no_new_privs() == 0)
		return 0;
	long error = sb_syscall6(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0);
	if (error)
		return sb_fail(&launch->failure, "no_new_privs", "prctl", (int)-error);
	error = sb_verify_no_new_privs();
	return error ? sb_fail(&launch->failure, "verify", "prctl", (int)-error) : 0;
}

/* Whether the target may keep CAP_SETUID, by which it takes another user. */
static int may_take_another_user(const struct sb_launch *launch)
{
	struct sb_caps_target target = {.flags = 0};
	struct caps_sets own;
	if (has(launch, SB_LAYER_CAPS) && sb_caps_parse(launch->records.bytes[SB_LAYER_CAPS],
						  launch->records.length[SB_LAYER_CAPS], &target))
		return 1;
	if (target.flags & SB_CAPS_SETS)
		return (target.sets.permitted & CAP_SETUID_BIT) != 0;
	return caps_get(&own) != 0 || (own.permitted & CAP_SETUID_BIT);
}

static int step_guard(struct sb_launch *launch)
{
	launch->guarded.has_files = launch->landlock.handled_fs != 0;
	launch->guarded.user = sb_privdrop_uid(launch->records.bytes[SB_LAYER_PRIVDROP],
		launch->records.length[SB_LAYER_PRIVDROP],
		(uint32_t)sb_syscall3(__NR_getuid, 0, 0, 0));
	launch->guarded.moves = may_take_another_user(launch);
	return sb_guard(&launch->process, launch->status, &launch->guarded, &launch->failure);
}

static int step_join(struct sb_launch *launch)
{
	return sb_cgroup_join(&launch->process, &launch->failure);
}

static int step_caps_before(struct sb_launch *launch)
{
	if (!has(launch, SB_LAYER_CAPS))
		return 0;
	return sb_caps_before_ids(launch->records.bytes[SB_LAYER_CAPS],
		launch->records.length[SB_LAYER_CAPS], &launch->failure);
}

static int step_privdrop(struct sb_launch *launch)
{
	if (!has(launch, SB_LAYER_PRIVDROP))
		return 0;
	return sb_privdrop_apply(launch->records.bytes[SB_LAYER_PRIVDROP],
		launch->records.length[SB_LAYER_PRIVDROP], &launch->failure);
}

static int step_caps_after(struct sb_launch *launch)
{
	if (!has(launch, SB_LAYER_CAPS))
		return 0;
	return sb_caps_after_ids(launch->records.bytes[SB_LAYER_CAPS],
		launch->records.length[SB_LAYER_CAPS], &launch->failure);
}

static int step_bind(struct sb_launch *launch)
{
	return sb_process_bind(&launch->process, &launch->failure);
}

static int step_enter(struct sb_launch *launch)
{
	return sb_process_enter(&launch->process, &launch->failure);
}

static int step_restrict(struct sb_launch *launch)
{
	if (!has(launch, SB_LAYER_LANDLOCK))
		return 0;
	/* The guardian's scope keeps the parent out of reach already, and the guardian itself takes its
	 * place in the test. */
	long peer = launch->guarded.guardian;
	if (!peer)
		peer = sb_syscall3(__NR_getppid, 0, 0, 0);
	unsigned int control = sb_control(&launch->landlock, peer);
	int error = sb_landlock_restrict(&launch->landlock, &launch->failure);
	sb_landlock_close(&launch->landlock);
	if (error)
		return error;
	return sb_prove(launch->status, &launch->landlock, control, peer,
		launch->process.flags & SB_PROCESS_WRITE_DENIED, &launch->failure);
}

static int load_filter(struct sb_launch *launch, enum sb_seccomp_scope scope, int *result)
{
	return sb_seccomp_apply(launch->records.bytes[SB_LAYER_SECCOMP],
		launch->records.length[SB_LAYER_SECCOMP], scope, &launch->failure, result);
}

/* From the load on, a call that names a file waits for the supervisor: the launcher makes only one, its exec. */
static int load_supervised(struct sb_launch *launch)
{
	int listener = -1;
	int error = sb_supervise_filter(launch->supervised, launch->records.bytes[SB_LAYER_SECCOMP],
		launch->records.length[SB_LAYER_SECCOMP], &launch->failure);
	if (!error)
		error = load_filter(launch, SB_SECCOMP_SUPERVISED, &listener);
	if (!error)
		sb_supervise_listener(launch->supervised, listener);
	return error;
}

static int step_seccomp(struct sb_launch *launch)
{
	int thread = 0;
	if (launch->supervised) {
		sb_supervise_name(&launch->process);
		if (sb_supervise_deadline(&launch->failure))
			return -1; /* told by then */
	}
	int error = sb_report_ready(launch->status, launch->status_text, &launch->failure);
	if (error)
		return error;
	if (!has(launch, SB_LAYER_SECCOMP))
		return 0;
	if (launch->supervised)
		return load_supervised(launch);
	return load_filter(launch, SB_SECCOMP_CALLING_THREAD, &thread);
}

static int step_exec(struct sb_launch *launch)
{
	return sb_process_execute(&launch->process, &launch->failure);
}

/* The documented order. Nothing of the target runs unless every step before the last succeeded. */
static const struct {
	enum sb_layer layer;
	int (*run)(struct sb_launch *launch);
} steps[] = {
	{SB_LAYER_PROCESS, step_supervise},
	{SB_LAYER_PROCESS, step_process},
	{SB_LAYER_LANDLOCK, step_build_ruleset},
	{SB_LAYER_CAPS, step_no_new_privs},
	{SB_LAYER_PROCESS, step_guard},
	{SB_LAYER_PROCESS, step_join},
	{SB_LAYER_CAPS, step_caps_before},
	{SB_LAYER_PRIVDROP, step_privdrop},
	{SB_LAYER_CAPS, step_caps_after},
	{SB_LAYER_PROCESS, step_bind},
	{SB_LAYER_PROCESS, step_enter},
	{SB_LAYER_LANDLOCK, step_restrict},
	{SB_LAYER_SECCOMP, step_seccomp},
	{SB_LAYER_PROCESS, step_exec},
};

int sb_launch_take(struct sb_launch *launch, const uint8_t *document, size_t length)
{
	const struct sb_records *records = &launch->records;
	launch->landlock.ruleset = -1;
	if (sb_records_split(document, length, &launch->records) ||
		sb_process_parse(records->bytes[SB_LAYER_PROCESS],
			records->length[SB_LAYER_PROCESS], &launch->process))
		return sb_fail(&launch->failure, "records", NULL, EINVAL);
	return 0;
}

int sb_launch_run(struct sb_launch *launch)
{
	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		if (steps[i].run(launch))
			return (int)steps[i].layer;
	}
	return 0; /* not reached: the last step returns only where it has failed */
}

#include "launcher.h"
#include "prove.h"
#include "records.h"
#include "report.h"
#include "source.h"
#include "strings.h"
#include "verify.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <linux/prctl.h>

#include "../../../caps/native/caps.h"
#include "../../../landlock/native/landlock.h"
#include "../../../privdrop/native/privdrop.h"
#include "../../../seccomp/native/seccomp.h"

int sb_main(int argc, char **argv);

static int no_new_privs(struct sb_failure *failure)
{
	/* Set already where a sandbox is around this one, whose filter may deny to set anything. */
	if (sb_verify_no_new_privs() == 0)
		return 0;
	long error = sb_syscall6(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0);
	if (error)
		return sb_fail(failure, "no_new_privs", "prctl", (int)-error);
	error = sb_verify_no_new_privs();
	return error ? sb_fail(failure, "verify", "prctl", (int)-error) : 0;
}

/* A step of one layer: 0 or -errno, with the failed step in *failure. */
struct launch {
	struct sb_records records;
	struct sb_process process;
	struct sb_landlock landlock;
	int status;      /* the descriptor that says what happened */
	int status_text; /* /proc/self/status, opened while that is allowed */
	struct sb_failure failure;
};

static int has(const struct launch *launch, enum sb_layer layer)
{
	return launch->records.bytes[layer] != NULL;
}

static int step_process(struct launch *launch)
{
	return sb_process_apply(&launch->process, launch->status, &launch->failure);
}

static void skipped(void *status, uint32_t rule)
{
	sb_report_number(*(const int *)status, "skipped", rule);
}

static int step_build_ruleset(struct launch *launch)
{
	launch->status_text = sb_open_status_text();
	launch->landlock.skipped = skipped;
	launch->landlock.context = &launch->status;
	launch->landlock.runner = sb_privdrop_uid(launch->records.bytes[SB_LAYER_PRIVDROP],
		launch->records.length[SB_LAYER_PRIVDROP], 0);
	if (!has(launch, SB_LAYER_LANDLOCK))
		return 0;
	int error = sb_landlock_build(launch->records.bytes[SB_LAYER_LANDLOCK],
		launch->records.length[SB_LAYER_LANDLOCK], &launch->landlock, &launch->failure);
	if (error && launch->landlock.rule != SB_LANDLOCK_NO_RULE)
		sb_report_number(launch->status, "rule", launch->landlock.rule);
	return error;
}

static int step_no_new_privs(struct launch *launch)
{
	return no_new_privs(&launch->failure);
}

static int step_caps_before(struct launch *launch)
{
	if (!has(launch, SB_LAYER_CAPS))
		return 0;
	return sb_caps_before_ids(launch->records.bytes[SB_LAYER_CAPS],
		launch->records.length[SB_LAYER_CAPS], &launch->failure);
}

static int step_privdrop(struct launch *launch)
{
	if (!has(launch, SB_LAYER_PRIVDROP))
		return 0;
	return sb_privdrop_apply(launch->records.bytes[SB_LAYER_PRIVDROP],
		launch->records.length[SB_LAYER_PRIVDROP], &launch->failure);
}

static int step_caps_after(struct launch *launch)
{
	if (!has(launch, SB_LAYER_CAPS))
		return 0;
	return sb_caps_after_ids(launch->records.bytes[SB_LAYER_CAPS],
		launch->records.length[SB_LAYER_CAPS], &launch->failure);
}

static int step_bind(struct launch *launch)
{
	return sb_process_bind(&launch->process, &launch->failure);
}

static int step_enter(struct launch *launch)
{
	return sb_process_enter(&launch->process, &launch->failure);
}

static int step_restrict(struct launch *launch)
{
	if (!has(launch, SB_LAYER_LANDLOCK))
		return 0;
	unsigned int control = sb_control(&launch->landlock);
	int error = sb_landlock_restrict(&launch->landlock, &launch->failure);
	sb_landlock_close(&launch->landlock);
	if (error)
		return error;
	return sb_prove(launch->status, &launch->landlock, control,
		launch->process.flags & SB_PROCESS_WRITE_DENIED, &launch->failure);
}

static int step_seccomp(struct launch *launch)
{
	int thread = 0;
	sb_report_ready(launch->status, launch->status_text);
	if (!has(launch, SB_LAYER_SECCOMP))
		return 0;
	return sb_seccomp_apply(launch->records.bytes[SB_LAYER_SECCOMP],
		launch->records.length[SB_LAYER_SECCOMP], SB_SECCOMP_CALLING_THREAD,
		&launch->failure, &thread);
}

static int step_exec(struct launch *launch)
{
	return sb_process_execute(&launch->process, &launch->failure);
}

/* The documented order. Nothing of the target runs unless every step before the last succeeded. */
static const struct {
	enum sb_layer layer;
	int (*run)(struct launch *launch);
} steps[] = {
	{SB_LAYER_PROCESS, step_process},
	{SB_LAYER_LANDLOCK, step_build_ruleset},
	{SB_LAYER_CAPS, step_no_new_privs},
	{SB_LAYER_CAPS, step_caps_before},
	{SB_LAYER_PRIVDROP, step_privdrop},
	{SB_LAYER_CAPS, step_caps_after},
	{SB_LAYER_PROCESS, step_bind},
	{SB_LAYER_PROCESS, step_enter},
	{SB_LAYER_LANDLOCK, step_restrict},
	{SB_LAYER_SECCOMP, step_seccomp},
	{SB_LAYER_PROCESS, step_exec},
};

/*
 * Reads the records, and finds the process record; what is wrong with them is an EINVAL of no call.
 * `mark` is what they begin with, or NULL where the descriptor itself was handed over.
 */
static int take_records(struct launch *launch, int source, const char *mark)
{
	struct sb_failure *failure = &launch->failure;
	if (source < 0 || sb_source_sealed(source, failure))
		return -1; /* told by then */
	const uint8_t *document;
	long length = sb_records_read(source, &document);
	if (length < 0)
		return sb_fail(failure, "records", "read", (int)-length);
	if (mark) {
		int error = sb_source_marked(document, (size_t)length, mark, failure);
		if (error)
			return error;
		document += SB_MARK_LENGTH;
		length -= SB_MARK_LENGTH;
	}
	const struct sb_records *records = &launch->records;
	if (sb_records_split(document, (size_t)length, &launch->records) ||
		sb_process_parse(records->bytes[SB_LAYER_PROCESS],
			records->length[SB_LAYER_PROCESS], &launch->process))
		return sb_fail(failure, "records", NULL, EINVAL);
	return 0;
}

/* SB_NOBODY for "-"; otherwise the descriptor, which the kernel will close, or -1. */
static int open_status(const char *argument)
{
	if (argument[0] == '-' && !argument[1])
		return SB_NOBODY;
	int status = sb_parse_number(argument);
	return status >= 0 && !sb_syscall3(__NR_fcntl, status, F_SETFD, FD_CLOEXEC) ? status : -1;
}

/* A path needs a mark beside it: what it leads to may not be what it was written for any more. */
static int is_complete(int argc, char **argv)
{
	return argc >= 3 && argc == (argv[1][0] == '/' ? 4 : 3);
}

int sb_main(int argc, char **argv)
{
	static struct launch launch; /* zero, and not on the stack */
	if (!is_complete(argc, argv))
		return SB_LAUNCHER_FAILED;
	launch.status = open_status(argv[2]);
	int source = sb_source_open(argv[1], &launch.failure);
	if (launch.status == -1 || (source >= 0 && source == launch.status))
		return SB_LAUNCHER_FAILED; /* nobody to tell */
	launch.landlock.ruleset = -1;
	int layer = 0;
	if (take_records(&launch, source, argv[3]) == 0) {
		for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
			layer = (int)steps[i].layer;
			if (steps[i].run(&launch))
				break;
		}
	}
	sb_report_failure(launch.status, layer, &launch.failure);
	return SB_LAUNCHER_FAILED;
}

/* SPDX-License-Identifier: MIT */
#include "judge_signal.h"
#include "process_facts.h"
#include "../strings.h"

#include <asm/errno.h>

#include "../../../../landlock/native/landlock_abi.h"

#define CAP_KILL_BIT (1ull << 5)
#define LAST_SIGNAL 64

/* The thread that the call names; 0: none, or more than one process. */
static uint32_t target_of(const struct sb_caller *caller, const struct sb_request *request)
{
	if (request->from.path)
		return (int32_t)request->from.path > 0 ? (uint32_t)request->from.path : 0;
	if (request->from.folder < 0)
		return 0;
	return sb_process_of_descriptor(caller->thread, (unsigned int)request->from.folder);
}

/* By ids alone (kill_ok_by_cred() in kernel/signal.c). What they deny, the scope did not. */
static int may_by_ids(const struct sb_process_facts *caller, const struct sb_process_facts *target)
{
	return caller->capabilities & CAP_KILL_BIT || caller->effective == target->saved ||
	       caller->effective == target->real || caller->real == target->saved ||
	       caller->real == target->real;
}

int sb_judge_signal(const struct sb_shared *shared, const struct sb_request *request,
	struct sb_caller *caller, struct sb_denial *denial)
{
	struct sb_process_facts own, target;
	if (!(shared->scoped & LL_SCOPE_SIGNAL) || request->flags > LAST_SIGNAL)
		return 0;
	const uint32_t thread = target_of(caller, request);
	if (!thread || !sb_process_facts(caller->thread, &own) || own.is_in_own_namespace ||
		!sb_process_facts(thread, &target) || target.process == own.process)
		return 0;
	/* tgkill(2) names its process too. */
	if (request->to.path && (uint32_t)request->to.path != target.process)
		return 0;
	const uint64_t born = sb_process_born(target.process);
	if (!born || born >= shared->born || !may_by_ids(&own, &target))
		return 0;
	denial->error = EPERM;
	denial->right = 1ull << SB_BY_SIGNAL;
	denial->path[sb_format_number(denial->path, target.process)] = 0;
	denial->other[0] = 0;
	return 1;
}

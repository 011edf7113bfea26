/* SPDX-License-Identifier: MIT */
#include "judge_signal.h"
#include "groups.h"
#include "trace.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/siginfo.h>

#include "../../../../landlock/native/landlock_abi.h"
#include "../../../../landlock/native/landlock_sys.h"

#define CAP_KILL_BIT (1ull << 5)
#define LAST_SIGNAL 64
#define PIDFD_OPEN 434
#define PIDFD_SEND_SIGNAL 424
#define KNOWN_WORDS 12 /* struct kernel_siginfo; what follows it is for later */

/* By ids alone (kill_ok_by_cred() in kernel/signal.c). What they deny, the scope did not. A capability counts in its own user
 * namespace only. */
static int may_by_ids(const struct sb_process_facts *caller, const struct sb_process_facts *target)
{
	return (caller->capabilities & CAP_KILL_BIT &&
		       sb_is_in_user_namespace(caller->process, target->process)) ||
	       caller->users.effective == target->users.saved ||
	       caller->users.effective == target->users.real ||
	       caller->users.real == target->users.saved ||
	       caller->users.real == target->users.real;
}

/* Whether the kernel takes the siginfo that comes with a signal to another process; without one, it makes it. What looks as if
 * the kernel had made it is an error before, and so is what a later kernel may understand. */
static int is_taken(struct sb_caller *caller, const struct sb_request *request)
{
	int32_t words[32];
	if (!request->how)
		return 1;
	if (!sb_caller_read(caller, request->how, words, sizeof words) || words[2] >= 0 ||
		words[2] == SI_TKILL)
		return 0;
	for (unsigned int i = KNOWN_WORDS; i < sizeof words / sizeof *words; i++) {
		if (words[i])
			return 0;
	}
	/* rt_sigqueueinfo(2) puts the number there itself. */
	return request->from.path || (uint64_t)(uint32_t)words[0] == request->flags;
}

/* Whether this kernel knows the flags of pidfd_send_signal(2), asked by a signal 0 to this process. */
static int is_known(uint64_t flags)
{
	if (!flags)
		return 1;
	const long own = sb_syscall3(PIDFD_OPEN, sb_syscall3(__NR_getpid, 0, 0, 0), 0, 0);
	if (own < 0)
		return 0;
	const long error = sb_syscall6(PIDFD_SEND_SIGNAL, own, 0, 0, (long)flags, 0, 0);
	ll_close(own);
	return error == 0;
}

static int is_refused(const struct sb_shared *shared, const struct sb_request *request,
	const struct sb_process_facts *own, struct sb_process_facts *target)
{
	/* tgkill(2) and the like name its process too. */
	if (target->process == own->process ||
		(request->to.path && (uint32_t)request->to.path != target->process))
		return 0;
	return sb_is_outside(shared, target) && may_by_ids(own, target);
}

int sb_judge_signal(const struct sb_shared *shared, const struct sb_request *request,
	struct sb_caller *caller, struct sb_denial *denial)
{
	struct sb_process_facts own, target;
	const int is_group = request->action == SB_ASK_SIGNAL_GROUP;
	char *at = denial->path;
	if (!(shared->scoped & LL_SCOPE_SIGNAL) || request->flags > LAST_SIGNAL)
		return 0;
	const uint32_t number =
		sb_process_named(caller->thread, request->from.path, request->from.folder);
	if (!number || !sb_process_facts(caller->thread, &own) || own.is_in_own_namespace ||
		!is_taken(caller, request) || !is_known(request->resolve))
		return 0;
	if (is_group ? !sb_group_is_outside(shared, &own, number, may_by_ids)
		     : !sb_process_facts(number, &target) ||
				!is_refused(shared, request, &own, &target))
		return 0;
	denial->error = EPERM;
	denial->right = 1ull << SB_BY_SIGNAL;
	if (is_group)
		*at++ = '-';
	at[sb_format_number(at, is_group ? number : target.process)] = 0;
	denial->other[0] = 0;
	return 1;
}

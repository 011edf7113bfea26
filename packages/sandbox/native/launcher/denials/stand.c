/* SPDX-License-Identifier: MIT */
#include "stand.h"
#include "caller.h"
#include "old_sockets.h"
#include "../launcher.h"
#include "../report.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/time_types.h>

#include "../../../../caps/native/kernel.h"
#include "../../../../privdrop/native/privdrop.h"

#ifndef __NR_close_range
#define __NR_close_range 436 /* the same on every architecture */
#endif
#define CLOSE_RANGE_UNSHARE 2
#define NUMBER_MAX 0x7fffffff /* of a descriptor */
#define CAP_SYS_PTRACE_BIT (1ull << 19)

void sb_pause(void)
{
	struct __kernel_timespec time = {0, 100000};
	(void)sb_syscall6(__NR_ppoll, 0, 0, (long)&time, 0, 0, 0); /* it may be too short */
}

/* Of capabilities it needs one, to read what another user's process names. */
static long keep_reading_alone(void)
{
	struct caps_sets sets, wanted = {0, 0, 0};
	long error = caps_get(&sets);
	if (error)
		return error;
	wanted.effective = wanted.permitted = sets.permitted & CAP_SYS_PTRACE_BIT;
	return caps_change(&sets, &wanted);
}

/* Separates it: another session, no signal but SIGKILL, and no tracing. Then it takes the target's
 * ids for files alone: by the others, a process of that user can't signal it. Returns 0 or -errno. */
static long step_aside(const struct sb_supervised *whom)
{
	const uint64_t all = ~0ull;
	/* With its own ids: as another user it may not open its own memory. */
	long error = sb_caller_root(whom->user != 0);
	if (!error)
		error = sb_syscall6(
			__NR_rt_sigprocmask, SIG_SETMASK, (long)&all, 0, sizeof all, 0, 0);
	if (!error && sb_syscall3(__NR_setsid, 0, 0, 0) < 0)
		error = -EPERM;
	if (!error)
		error = sb_syscall6(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0);
	if (!error && whom->user)
		error = sb_privdrop_files(whom->user, whom->user_length);
	if (!error)
		error = keep_reading_alone();
	if (!error)
		error = sb_syscall6(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0, 0);
	if (!error)
		error = sb_syscall3(__NR_chdir, (long)"/", 0, 0);
	(void)sb_syscall3(__NR_prctl, PR_SET_NAME, (long)"sb-supervisor", 0); /* for ps(1) */
	return error;
}

/* The listener; or -1 if the launcher has ended without one. */
static int await_listener(const struct sb_shared *shared, int target)
{
	for (;;) {
		struct pollfd end = {.fd = target, .events = POLLIN};
		int listener = __atomic_load_n(&shared->listener, __ATOMIC_ACQUIRE);
		struct __kernel_timespec time = {0, 100000};
		if (listener >= 0)
			return listener;
		if (sb_syscall6(__NR_ppoll, (long)&end, 1, (long)&time, 0, 0, 0) > 0)
			return -1;
	}
}

/* Separates its descriptors, of which it keeps three. Returns 0 or -errno. */
static long part(int listener, int channel)
{
	const int is_before = listener < channel;
	const uint32_t first = (uint32_t)(is_before ? listener : channel);
	const uint32_t kept[3] = {first, (uint32_t)(is_before ? channel : channel + 1),
		(uint32_t)(is_before ? channel + 1 : listener)};
	const struct sb_process process = {.keep = (const uint8_t *)kept, .keep_count = 3};
	/* unshare(2) is denied in many sandboxes; this closes nothing (close_range(2), Linux 5.9). */
	long error = sb_syscall3(__NR_close_range, NUMBER_MAX, NUMBER_MAX, CLOSE_RANGE_UNSHARE);
	return error ? error : sb_close_others(&process, SB_NOBODY);
}

__attribute__((noreturn)) void sb_stand(
	struct sb_shared *shared, int channel, const struct sb_supervised *whom)
{
	long error = step_aside(whom);
	if (!error)
		sb_old_sockets_note();
	__atomic_store_n(&shared->state, error ? (int)error : 1, __ATOMIC_RELEASE);
	if (!error) {
		int listener = await_listener(shared, channel + 1);
		/* With the same descriptors it would keep those of the target open. */
		if (listener >= 0 && part(listener, channel) == 0)
			sb_serve(shared, listener, channel);
		else if (listener >= 0)
			sb_refuse(listener);
	}
	for (;;)
		(void)sb_syscall3(__NR_exit_group, 0, 0, 0);
}

/* SPDX-License-Identifier: MIT */
#include "guard.h"
#include "prove.h"
#include "report.h"
#include "scope.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <linux/poll.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/signal.h>

#include "../../../caps/native/kernel.h"

#define PIDFD_OPEN 434 /* the same on every architecture; Linux 5.3 */
#define CAP_KILL_BIT (1ull << 5)

/* The processes whose end is waited for: by descriptors, which never lead to another process. */
struct watched {
	int target, parent; /* -1: nobody's */
	int cgroup_kill;    /* the file that ends the target's cgroup, or -1: it is in a domain */
};

/* Of the launcher's rights it needs one: to signal processes of another user, to which the target
 * may switch. Dropping the others is not essential, and an earlier filter may deny it: the code
 * that runs here is fixed, and reads no input. */
static void keep_kill_alone(void)
{
	struct caps_sets sets, wanted = {0, 0, 0};
	if (caps_get(&sets))
		return;
	wanted.effective = wanted.permitted = sets.permitted & CAP_KILL_BIT;
	(void)caps_change(&sets, &wanted);
}

/* Whether it may signal the descendants of the target: those of another user only with CAP_KILL.
 * Returns 0 or -errno. */
static long may_signal(const struct sb_guarded *guarded)
{
	struct caps_sets sets;
	if (!guarded->moves && guarded->user == (unsigned int)sb_syscall3(__NR_getuid, 0, 0, 0))
		return 0;
	long error = caps_get(&sets);
	return error || (sets.permitted & CAP_KILL_BIT) ? error : -EPERM;
}

/* Keeps the numbers in ascending order. */
static void insert(uint32_t *numbers, uint32_t count, uint32_t number)
{
	for (; count > 0 && numbers[count - 1] > number; count--)
		numbers[count] = numbers[count - 1];
	numbers[count] = number;
}

/* Closes what it has of the launcher, above all its streams, which would keep others waiting.
 * Returns 0 or -errno. */
static long step_aside(const struct watched *watched)
{
	const uint64_t all = ~0ull;
	const int own[] = {watched->target, watched->parent, watched->cgroup_kill};
	uint32_t kept[3], count = 0;
	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		if (own[i] >= 0)
			insert(kept, count++, (uint32_t)own[i]);
	}
	const struct sb_process process = {.keep = (const uint8_t *)kept, .keep_count = count};
	long error = sb_close_others(&process, SB_NOBODY);
	/* Signals of a terminal or a group must not reach it. */
	if (!error)
		error = sb_syscall6(
			__NR_rt_sigprocmask, SIG_SETMASK, (long)&all, 0, sizeof all, 0, 0);
	if (!error)
		error = sb_syscall3(__NR_setsid, 0, 0, 0) < 0 ? -EPERM : 0;
	/* No other process of its user may look into it, or take its descriptors. */
	if (!error)
		error = sb_syscall6(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0, 0);
	if (error)
		return error;
	keep_kill_alone();
	(void)sb_syscall3(__NR_prctl, PR_SET_NAME, (long)"sb-guardian", 0); /* for ps(1) */
	(void)sb_syscall3(__NR_chdir, (long)"/", 0, 0); /* so that no mount is in use */
	return 0;
}

/* The kernel ends every process of the cgroup and of those in it, and none of them can fork
 * meanwhile (cgroup-v2.rst, "cgroup.kill"). ENODEV: it is gone already. */
static void end_cgroup(int kill)
{
	while (sb_syscall3(__NR_write, kill, (long)"1", 1) == -EINTR)
		;
}

/* Any failure here ends everything: without its guardian nothing may continue that was promised
 * one. */
static __attribute__((noreturn)) void stand_guard(const struct watched *watched)
{
	struct pollfd ends[2] = {{.fd = watched->target, .events = POLLIN},
		{.fd = watched->parent, .events = POLLIN}};
	if (!step_aside(watched))
		(void)sb_syscall6(__NR_ppoll, (long)ends, 2, 0, 0, 0, 0);
	if (watched->cgroup_kill >= 0)
		end_cgroup(watched->cgroup_kill);
	else
		(void)sb_syscall3(__NR_kill, -1, SIGKILL, 0); /* ESRCH: no process is left */
	for (;;)
		(void)sb_syscall3(__NR_exit_group, 0, 0, 0);
}

static void close_watched(const struct watched *watched)
{
	/* Nothing was written to either. */
	(void)sb_syscall3(__NR_close, watched->target, 0, 0);
	if (watched->parent >= 0)
		(void)sb_syscall3(__NR_close, watched->parent, 0, 0);
}

/* Returns 0 or -errno. If the number is still the parent's after it was opened, it was the parent's
 * then. */
static long watch(const struct sb_process *process, struct watched *watched)
{
	long parent = sb_syscall3(__NR_getppid, 0, 0, 0);
	watched->parent = -1;
	watched->cgroup_kill = process->flags & SB_PROCESS_GUARD_CGROUP ? process->cgroup_kill : -1;
	long opened = sb_syscall3(PIDFD_OPEN, sb_syscall3(__NR_getpid, 0, 0, 0), 0, 0);
	if (opened < 0)
		return opened;
	watched->target = (int)opened;
	if (!(process->flags & SB_PROCESS_DIE_WITH_PARENT))
		return 0;
	opened = sb_syscall3(PIDFD_OPEN, parent, 0, 0);
	if (opened >= 0)
		watched->parent = (int)opened;
	if (opened >= 0 && sb_syscall3(__NR_getppid, 0, 0, 0) != parent)
		opened = -ESRCH;
	if (opened < 0)
		close_watched(watched);
	return opened < 0 ? opened : 0;
}

/* As fork_raw of sb_ask.c: an earlier filter can answer 0 without making a child, whose number only
 * the kernel writes. */
static long fork_raw(long flags)
{
	volatile int own = 0;
	long child = sb_syscall6(
		__NR_clone, flags | CLONE_CHILD_SETTID, 0, 0, (long)&own, (long)&own, 0);
	return child == 0 && own == 0 ? -ECANCELED : child;
}

/* A sibling of the target if the parent waits for it. Otherwise a child that wait(2) does not
 * report to the target, for it sends no signal when it ends (__WCLONE); init(1) then waits for it.
 * Returns its number, or -errno. */
static long start(const struct sb_process *process, const struct watched *watched)
{
	long pid = -EPERM;
	if (process->flags & SB_PROCESS_GUARD_BESIDE)
		pid = fork_raw(CLONE_PARENT);
	/* A sandbox around this one may deny making a sibling. */
	if (pid == -EPERM)
		pid = fork_raw(0);
	if (pid == 0)
		stand_guard(watched);
	return pid;
}

static int missing(const struct sb_process *process, int status, const char *call, long error,
	struct sb_failure *failure)
{
	if (process->flags & SB_PROCESS_GUARD_REQUIRED)
		return sb_fail(failure, "descendants", call, (int)-error);
	sb_report_number(status, "unguarded", (unsigned int)-error);
	return 0;
}

/* The kernel distinguishes the processes of the sandbox by their cgroup: no domain is needed, and no
 * right to signal them. */
static int guard_cgroup(const struct sb_process *process, int status, struct sb_failure *failure)
{
	struct watched watched;
	const char *call = "pidfd_open";
	long error = watch(process, &watched);
	if (!error) {
		call = "clone";
		error = start(process, &watched);
		close_watched(&watched);
	}
	if (error < 0)
		return missing(process, status, call, error, failure);
	sb_report_number(status, "guardian", (unsigned int)error);
	return 0;
}

int sb_guard(const struct sb_process *process, int status, struct sb_guarded *guarded,
	struct sb_failure *failure)
{
	struct watched watched;
	const char *call;
	const int by_cgroup = process->flags & SB_PROCESS_GUARD_CGROUP;
	/* With the first process of a namespace the kernel ends all others (pid_namespaces(7)). */
	if (!(by_cgroup || process->flags & SB_PROCESS_GUARD) ||
		sb_syscall3(__NR_getpid, 0, 0, 0) == 1)
		return 0;
	if (by_cgroup)
		return guard_cgroup(process, status, failure);
	/* If the parent cannot be signalled before, a denial afterwards shows nothing. */
	const long parent = sb_syscall3(__NR_getppid, 0, 0, 0);
	long error = sb_ask(parent);
	if (error)
		return missing(process, status, "kill", error, failure);
	error = may_signal(guarded);
	if (error)
		return missing(process, status, "capget", error, failure);
	error = watch(process, &watched);
	if (error)
		return missing(process, status, "pidfd_open", error, failure);
	error = sb_enter_scope(guarded->has_files, &call);
	if (!error && sb_ask(parent) != -EPERM) {
		close_watched(&watched);
		return sb_fail(failure, "prove", "kill", EPERM);
	}
	if (!error) {
		call = "clone";
		error = start(process, &watched);
	}
	close_watched(&watched);
	if (error < 0)
		return missing(process, status, call, error, failure);
	guarded->guardian = error;
	sb_report_number(status, "guardian", (unsigned int)error);
	return 0;
}

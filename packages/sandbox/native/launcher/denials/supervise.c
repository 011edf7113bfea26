/* SPDX-License-Identifier: MIT */
#include "supervise.h"
#include "filter.h"
#include "outside.h"
#include "stand.h"
#include "../report.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <asm/siginfo.h>
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/time.h>

#include "../../../../landlock/native/landlock_abi.h"
#include "../../../../landlock/native/landlock_sys.h"

#define PIDFD_OPEN 434 /* the same on every architecture; Linux 5.3 */
#define PATIENCE_SECONDS 10

/* For a callback that takes no context. */
static struct sb_shared *noted;

static int fail(struct sb_failure *failure, const char *call, long error)
{
	return sb_fail(failure, "denials", call, (int)-error);
}

/* Both descriptors are kept until the exec, and then close. Returns 0 or -errno. */
static long place(const struct sb_process *process, const char **call)
{
	*call = "fcntl";
	long error = sb_syscall3(__NR_fcntl, process->channel, F_SETFD, FD_CLOEXEC);
	if (error)
		return error;
	*call = "pidfd_open";
	long target = sb_syscall3(PIDFD_OPEN, sb_syscall3(__NR_getpid, 0, 0, 0), 0, 0);
	if (target < 0)
		return target;
	/* It is closed on exec by itself (pidfd_open(2)). */
	if (target == process->channel + 1)
		return 0;
	*call = "dup3";
	error = sb_syscall3(__NR_dup3, target, process->channel + 1, O_CLOEXEC);
	(void)sb_syscall3(__NR_close, target, 0, 0);
	return error < 0 ? error : 0;
}

/* As fork_raw of guard.c. The descriptors stay common until the listener is among them. */
static long fork_raw(long flags)
{
	volatile int own = 0;
	long child = sb_syscall6(__NR_clone, flags | CLONE_FILES | CLONE_CHILD_SETTID, 0, 0,
		(long)&own, (long)&own, 0);
	return child == 0 && own == 0 ? -ECANCELED : child;
}

/* Returns 0 if it is ready, or -errno. */
static long await_ready(const struct sb_shared *shared)
{
	/* By parts of a millisecond, since nothing but this memory is common. */
	for (unsigned int i = 0; i < PATIENCE_SECONDS * 10000u; i++) {
		int state = __atomic_load_n(&shared->state, __ATOMIC_ACQUIRE);
		if (state)
			return state < 0 ? state : 0;
		sb_pause();
	}
	return -ETIMEDOUT;
}

static long map(struct sb_shared **shared)
{
	long mapped = sb_syscall6(__NR_mmap, 0, sizeof **shared, PROT_READ | PROT_WRITE,
		MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (mapped < 0 && mapped > -4096)
		return mapped;
	*shared = (struct sb_shared *)mapped;
	(*shared)->listener = -1;
	sb_outside_note(*shared);
	return 0;
}

int sb_supervise(const struct sb_process *process, int status, const struct sb_supervised *whom,
	struct sb_shared **shared, struct sb_failure *failure)
{
	const char *call;
	*shared = NULL;
	if (!(process->flags & SB_PROCESS_SUPERVISE))
		return 0;
	long error = map(shared);
	if (error)
		return fail(failure, "mmap", error);
	error = place(process, &call);
	if (error)
		return fail(failure, call, error);
	/* A sibling of the target, if a sandbox around this one lets it be. */
	long pid = fork_raw(CLONE_PARENT);
	if (pid == -EPERM)
		pid = fork_raw(0);
	if (pid == 0)
		sb_stand(*shared, process->channel, whom);
	if (pid < 0)
		return fail(failure, "clone", pid);
	sb_report_number(status, "supervisor", (unsigned int)pid);
	sb_report_flush(status);
	error = await_ready(*shared);
	if (error == -ETIMEDOUT)
		(void)sb_syscall3(__NR_kill, pid, SIGKILL, 0); /* this start fails either way */
	noted = *shared;
	return error ? fail(failure, NULL, error) : 0;
}

void sb_supervise_grant(int descriptor, uint64_t rights)
{
	struct ll_statx status;
	/* What can't be looked at would be refused by mistake: then nothing is reported at all. */
	if (ll_stat(descriptor, &status))
		noted->is_full = 1;
	else
		sb_grant(noted, (uint64_t)status.dev_major << 32 | status.dev_minor, status.ino,
			rights);
}

void sb_supervise_port(uint16_t port, uint64_t rights)
{
	noted->ports[port] |= (uint8_t)(rights & (LL_NET_BIND_TCP | LL_NET_CONNECT_TCP));
}

int sb_supervise_rules(
	struct sb_shared *shared, const struct sb_landlock *landlock, struct sb_failure *failure)
{
	if (shared->is_full)
		return fail(failure, NULL, -E2BIG);
	/* Every ruleset for files restricts moving, whether it says so or not. */
	shared->handled = landlock->handled_fs ? landlock->handled_fs | LL_FS_REFER : 0;
	shared->scoped = landlock->scoped;
	shared->handled_net = landlock->handled_net & (LL_NET_BIND_TCP | LL_NET_CONNECT_TCP);
	return 0;
}

int sb_supervise_filter(
	struct sb_shared *shared, const uint8_t *record, size_t length, struct sb_failure *failure)
{
	const int error = sb_filter_take(&shared->filter, record, length);
	return error ? fail(failure, "filter", error) : 0;
}

void sb_supervise_name(const struct sb_process *process)
{
	const char *path = process->path;
	if (!path[0])
		path = process->original ? process->original : process->argv[0];
	const char *name = path;
	for (const char *at = path; at && *at; at++) {
		if (*at == '/' && at[1])
			name = at + 1;
	}
	if (name)
		(void)sb_syscall3(
			__NR_prctl, PR_SET_NAME, (long)name, 0); /* a name, no restriction */
}

int sb_supervise_deadline(struct sb_failure *failure)
{
	/* The kernel deletes it at the exec (timer_create(2)). */
	struct sigevent event = {.sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGKILL};
	const struct {
		long interval[2], first[2];
	} time = {{0, 0}, {PATIENCE_SECONDS, 0}};
	int timer = 0;
	long error = sb_syscall3(__NR_timer_create, CLOCK_MONOTONIC, (long)&event, (long)&timer);
	if (error)
		return fail(failure, "timer_create", error);
	error = sb_syscall6(__NR_timer_settime, timer, 0, (long)&time, 0, 0, 0);
	return error ? fail(failure, "timer_settime", error) : 0;
}

void sb_supervise_listener(struct sb_shared *shared, int listener)
{
	__atomic_store_n(&shared->listener, listener, __ATOMIC_RELEASE);
}

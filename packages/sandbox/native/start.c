/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "start.h"

#include <errno.h>
#ifdef __linux__
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of the kernel, for headers that are older (clone(2), Linux 5.2; pidfd_open(2), Linux 5.3). */
#define WITH_PIDFD 0x1000
#define NR_PIDFD_OPEN 434

/* Of the child until it executes the program: it has the memory of this process, which waits. */
#define STACK_BYTES 65536

/* The signals that child_process resets, and the bytes of a set of all signals in the kernel. */
#define LAST_SIGNAL 31
#define SET_BYTES 8

struct child {
	const struct sb_start *start;
	int error; /* why it could not execute the program */
};

/* Without handlers of this process, and with no signal ignored or blocked. The kernel refuses this
 * for SIGKILL and SIGSTOP alone. */
static void reset_signals(void)
{
	static const uint64_t by_default[4], none;
	for (int signal = 1; signal <= LAST_SIGNAL; signal++)
		(void)syscall(SYS_rt_sigaction, signal, by_default, NULL, SET_BYTES);
	(void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &none, NULL, SET_BYTES); /* cannot fail */
}

/* Moves descriptors that would be replaced before they are used, above all numbers of the child. */
static int lift(const struct sb_start *start)
{
	for (int to = 0; to < (int)start->count; to++) {
		int from = start->descriptors[to];
		if (from < 0 || from >= to)
			continue;
		from = fcntl(from, F_DUPFD_CLOEXEC, (int)start->count);
		if (from < 0)
			return -1;
		start->descriptors[to] = from;
	}
	return 0;
}

/* Standard streams that are inherited block, whatever this process made of them. */
static int place(int from, int to)
{
	if (from == to ? fcntl(to, F_SETFD, 0) < 0 : dup3(from, to, 0) < 0)
		return -1;
	int flags = to > 2 ? 0 : fcntl(to, F_GETFL);
	if (flags < 0)
		return -1;
	return flags & O_NONBLOCK ? fcntl(to, F_SETFL, flags & ~O_NONBLOCK) : 0;
}

static int place_all(const struct sb_start *start)
{
	if (lift(start))
		return -1;
	for (int to = 0; to < (int)start->count; to++) {
		int from = start->descriptors[to];
		if (from < 0 && to <= 2)
			from = open(
				"/dev/null", to == 0 ? O_RDONLY | O_CLOEXEC : O_RDWR | O_CLOEXEC);
		if (from < 0 && to > 2)
			continue;
		if (from < 0 || place(from, to))
			return -1;
	}
	return 0;
}

static int in_child(void *argument)
{
	static char *const empty[] = {NULL};
	struct child *child = argument;
	reset_signals();
	if (!place_all(child->start))
		(void)execve(child->start->path, child->start->words,
			empty); /* returns for an error only */
	child->error = -errno;
	_exit(127);
}

static bool has_pidfds(void)
{
	int own = (int)syscall(NR_PIDFD_OPEN, getpid(), 0);
	return own >= 0 && close(own) == 0;
}

static pid_t start_on(char *stack, struct child *child, int *pidfd)
{
	static const uint64_t all = UINT64_MAX;
	uint64_t before = 0;
	/* No handler of this process may run in the child. */
	if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, &before, SET_BYTES))
		return -errno;
	pid_t pid = clone(in_child, stack + STACK_BYTES,
		CLONE_VM | CLONE_VFORK | WITH_PIDFD | SIGCHLD, child, pidfd);
	int error = pid < 0 ? -errno : child->error;
	(void)syscall(SYS_rt_sigprocmask, SIG_SETMASK, &before, NULL, SET_BYTES); /* as it was */
	if (pid < 0 || !error)
		return error ? error : pid;
	/* It has ended. A signal may come first. */
	while (syscall(SYS_wait4, pid, NULL, 0, NULL) < 0 && errno == EINTR)
		continue;
	(void)close(*pidfd); /* nothing was written */
	return error;
}

pid_t sb_start(const struct sb_start *start, int *pidfd)
{
	struct child child = {start, 0};
	if (!has_pidfds())
		return -ENOSYS;
	char *stack = malloc(STACK_BYTES);
	if (!stack)
		return -ENOMEM;
	pid_t pid = start_on(stack, &child, pidfd);
	free(stack);
	return pid;
}
#else
pid_t sb_start(const struct sb_start *start, int *pidfd)
{
	(void)start;
	(void)pidfd;
	return -ENOSYS;
}
#endif

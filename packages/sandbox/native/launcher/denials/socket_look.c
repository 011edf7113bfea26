/* SPDX-License-Identifier: MIT */
#include "socket_look.h"
#include "process_facts.h"
#include "socket_option.h"
#include "stand.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <linux/sched.h>
#include <linux/signal.h>
#include <linux/un.h>
#include <linux/wait.h>

#include "../../../../landlock/native/landlock_sys.h"

/* The same on every architecture; Linux 5.3 and 5.6. */
#define PIDFD_OPEN 434
#define PIDFD_GETFD 438
#ifndef __NR_close_range
#define __NR_close_range 436 /* likewise; Linux 5.9 */
#endif
#define PATIENCE 10000 /* pauses until the last child has ended */

/* The child fills it in: it has the same memory. */
static struct sb_socket seen;
static int is_seen;

/* A copy of a descriptor of the caller's process, or -errno. */
static long take(const struct sb_caller *caller, int descriptor)
{
	/* Threads share their descriptors as a rule; those of others are not looked at. */
	long process = sb_syscall3(PIDFD_OPEN, sb_process_of(caller->thread), 0, 0);
	if (process < 0)
		return process;
	long taken = sb_syscall3(PIDFD_GETFD, process, descriptor, 0);
	ll_close(process);
	return taken;
}

/* One that is connected or listens has other answers, for instance for whom it is connected to already. */
static int is_unused(long socket)
{
	struct sockaddr_un peer;
	unsigned int length = sizeof peer;
	return sb_socket_option(socket, SO_ACCEPTCONN) == 0 &&
	       sb_syscall3(__NR_getpeername, socket, (long)&peer, (long)&length) == -ENOTCONN;
}

/* The child: its end closes the copy, and waits for nothing that this process waits for. */
__attribute__((noreturn, noinline)) static void look(const struct sb_caller *caller, int descriptor)
{
	/* If its end takes long, nothing else stays open. */
	const long error = sb_syscall3(__NR_close_range, 0, ~0u, 0);
	const long socket = error ? error : take(caller, descriptor);
	if (socket >= 0) {
		seen = (struct sb_socket){.family = sb_socket_option(socket, SO_DOMAIN),
			.type = sb_socket_option(socket, SO_TYPE),
			.protocol = sb_socket_option(socket, SO_PROTOCOL),
			.is_unused = is_unused(socket),
			.room = sb_socket_option(socket, SO_SNDBUF),
			.network = sb_network_of(socket)};
		__atomic_store_n(&is_seen, 1, __ATOMIC_RELEASE);
	}
	for (;;)
		(void)sb_syscall3(__NR_exit_group, 0, 0, 0);
}

/* As vfork(2): the child has this stack until it ends, and calls one function that does not return. */
__attribute__((noinline)) static long look_apart(const struct sb_caller *caller, int descriptor)
{
	const long child = sb_syscall6(__NR_clone, CLONE_VM | CLONE_VFORK | SIGCHLD, 0, 0, 0, 0, 0);
	if (child == 0)
		look(caller, descriptor);
	return child;
}

/* At most one is there: a descriptor of a file system that never answers may hold it for ever. */
static int has_ended(long child)
{
	for (unsigned int i = 0; child > 0 && i < PATIENCE; i++) {
		if (sb_syscall6(__NR_wait4, child, 0, WNOHANG | __WALL, 0, 0, 0))
			return 1;
		sb_pause();
	}
	return child <= 0;
}

/* The kernel collects the children then (wait(2)), also those that end after this process. */
static void ignore_ends(void)
{
	static int is_done;
	const struct sigaction ignored = {.sa_handler = SIG_IGN};
	if (!is_done)
		is_done = !sb_syscall6(__NR_rt_sigaction, SIGCHLD, (long)&ignored, 0,
			sizeof ignored.sa_mask, 0, 0);
}

int sb_look_at_socket(const struct sb_caller *caller, int descriptor, struct sb_socket *socket)
{
	static long last;
	if (!has_ended(last))
		return 0;
	ignore_ends();
	__atomic_store_n(&is_seen, 0, __ATOMIC_RELEASE);
	last = look_apart(caller, descriptor);
	if (!__atomic_load_n(&is_seen, __ATOMIC_ACQUIRE))
		return 0;
	*socket = seen;
	return 1;
}

/* SPDX-License-Identifier: MIT */
/*
 * The signal of a broadcast to threads, and how its handler is set without libc. For sb_threads.c
 * only: it defines what it declares.
 */
#ifndef SB_BROADCAST_SIGNAL_H
#define SB_BROADCAST_SIGNAL_H

#include <errno.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * glibc (setxid) and musl (cancellation) reserve signal 33. So they never let a program block it,
 * not even Node's threads that block "all" signals (nptl(7)). libc's sigaction() refuses it, so the
 * system call is made directly, and the previous handler is restored afterwards.
 */
#define BROADCAST_SIGNAL 33

/*
 * The kernel's struct sigaction, which is not libc's (rt_sigaction(2)). It has a restorer on every
 * architecture that defines SA_RESTORER (include/uapi/asm-generic/signal.h), arm64 among them, which
 * returns from a handler through its vDSO all the same and needs none to be set.
 */
struct kernel_sigaction {
	void (*handler)(int, siginfo_t *, void *);
	unsigned long flags;
	void (*restorer)(void);
	uint64_t mask;
};

/* The kernel writes one of these: a smaller one would be written past its end. */
_Static_assert(sizeof(struct kernel_sigaction) == 32, "x86-64 and arm64 only");
#if !defined(__x86_64__) && !defined(__aarch64__)
#error "the kernel's struct sigaction is not known for this architecture"
#endif

#ifdef __x86_64__
#define SA_RESTORER_FLAG 0x04000000ul
/* The kernel returns from a handler through this; libc's own is not reachable by name. */
void sb_threads_restorer(void);
__asm__(".text\n.hidden sb_threads_restorer\n.globl sb_threads_restorer\n"
	".type sb_threads_restorer, @function\nsb_threads_restorer:\n"
	"\tmovl $15, %eax\n\tsyscall\n.size sb_threads_restorer, .-sb_threads_restorer\n");
#endif

static int set_action(const struct kernel_sigaction *action, struct kernel_sigaction *old)
{
	return syscall(SYS_rt_sigaction, BROADCAST_SIGNAL, action, old, sizeof(uint64_t)) ? -errno
											  : 0;
}

/* The argument of set_action() for this file's handler. */
static struct kernel_sigaction action_of(void (*handler)(int, siginfo_t *, void *))
{
	struct kernel_sigaction action;
	memset(&action, 0, sizeof action);
	action.handler = handler;
	action.flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
#ifdef __x86_64__
	action.flags |= SA_RESTORER_FLAG;
	action.restorer = sb_threads_restorer;
#endif
	return action;
}

#endif

/* SPDX-License-Identifier: MIT */
#include "sb_ask.h"
#include "sb_syscall.h"

#include <errno.h> /* the numbers only */
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/resource.h>
#include <linux/sched.h>
#include <linux/wait.h>
#include <stdint.h>

#ifndef PROT_READ
#define PROT_READ 1
#define PROT_WRITE 2
#endif
#ifndef MAP_ANONYMOUS
#define MAP_ANONYMOUS 0x20
#endif

#ifndef RLIMIT_CORE
#define RLIMIT_CORE 4
#endif
#define UNASKED (-1)
#define ENDED 125 /* a child that ends with it by mistake has not succeeded */

int sb_ask_is_due(void)
{
	long filtered = sb_syscall6(__NR_prctl, PR_GET_SECCOMP, 0, 0, 0, 0, 0);
	long privileges = sb_syscall6(__NR_prctl, PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0, 0);
	/* EINVAL: a kernel without filters. Any other error is a filter's. */
	return (filtered != 0 && filtered != -EINVAL) || privileges != 0;
}

/*
 * The fork: by a raw call, so that no code of a C library runs in it, and without a signal that
 * others wait for.
 */
static void ask_from(
	const sb_question *questions, size_t count, size_t first, volatile int *answers)
{
	const uint64_t none[2] = {0, 0};
	/*
	 * A process that a filter kills may be dumped, and the child is a copy of this process's
	 * memory. If the call fails, nothing gets worse.
	 */
	(void)sb_syscall6(__NR_prlimit64, 0, RLIMIT_CORE, (long)none, 0, 0, 0);
	(void)sb_syscall6(__NR_prctl, PR_SET_DUMPABLE, 0, 0, 0, 0, 0);
	for (size_t i = first; i < count; i++) {
		answers[i] = SB_ASK_KILLED;
		answers[i] = questions[i]();
	}
	for (;;)
		(void)sb_syscall3(
			__NR_exit_group, ENDED, 0, 0); /* a filter may deny it: then SIGKILL */
}

/*
 * 0 in the child, its number in the process itself, or -errno. A filter can return 0 instead of the
 * kernel, and then no child exists: -ECANCELED. The kernel writes a child's number into the child's
 * memory, which a filter cannot do. getpid(2) can be faked, and is 1 in both if the child starts a
 * namespace.
 */
static long fork_raw(void)
{
	volatile int own = 0;
	/*
	 * The address of the number is the fourth argument on x86-64, and the fifth on arm64. Each
	 * ignores the other one.
	 */
	long child = sb_syscall6(__NR_clone, CLONE_CHILD_SETTID, 0, 0, (long)&own, (long)&own, 0);
	return child == 0 && own == 0 ? -ECANCELED : child;
}

/* 0 once it has ended, or -errno. */
static long ask_on(const sb_question *questions, size_t count, size_t first, volatile int *answers)
{
	int status;
	long waited, child = fork_raw();
	if (child == 0)
		ask_from(questions, count, first, answers);
	if (child < 0)
		return child;
	do
		waited = sb_syscall6(__NR_wait4, child, (long)&status, __WALL, 0, 0, 0);
	while (waited == -EINTR);
	if (waited < 0)
		return waited;
	return waited == child ? 0 : -ECANCELED;
}

int sb_ask_apart(const sb_question *questions, size_t count, int *answers)
{
	long error = 0, shared = sb_syscall6(__NR_mmap, 0, SB_QUESTIONS_MAX * sizeof(int),
				PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared < 0 && shared > -4096)
		return (int)shared;
	volatile int *told = (volatile int *)shared;
	for (size_t i = 0; i < count; i++)
		told[i] = UNASKED;
	/* A child that is killed by a question leaves the following ones to another child. */
	for (size_t first = 0; !error && first < count; first++) {
		if (told[first] == UNASKED)
			error = ask_on(questions, count, first, told);
		/* It ended before it asked, for instance by a signal of another process. */
		if (told[first] == UNASKED && !error)
			error = -ECANCELED;
	}
	for (size_t i = 0; i < count; i++)
		answers[i] = told[i] == UNASKED ? 0 : told[i];
	(void)sb_syscall3(
		__NR_munmap, shared, SB_QUESTIONS_MAX * sizeof(int), 0); /* is only lost */
	return (int)error;
}

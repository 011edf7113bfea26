/* SPDX-License-Identifier: MIT */
/*
 * The smallest launcher: reads a record from descriptor 3, sets no_new_privs, loads the filter and becomes the program
 * in its arguments. Built without libc, which shows that seccomp.c can be. Exit status 126: a step failed.
 */
#include "../../native/kernel.h"
#include "../../native/seccomp.h"
#include "sb_syscall.h"

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall launch\n\thlt\n");
#elif defined(__aarch64__)
__asm__(".globl _start\n_start:\n\tmov x0, sp\n\tbl launch\n");
#endif

#define PR_SET_NO_NEW_PRIVS 38
#define RECORD_DESCRIPTOR 3

static uint8_t record[1 << 16];

static void leave(void)
{
	/* Doesn't return, unless the filter forbids even that. */
	(void)sb_syscall3(__NR_exit_group, 126, 0, 0);
	__builtin_trap();
}

/* The stack as the kernel leaves it: argument count, arguments, NULL, environment, NULL. */
__attribute__((used)) void launch(long *stack)
{
	struct sb_failure failure = {0};
	size_t length = 0;
	int thread = 0;
	char **arguments = (char **)(stack + 1);
	char **environment = arguments + stack[0] + 1;
	while (length < sizeof record) {
		long got = sb_syscall3(__NR_read, RECORD_DESCRIPTOR, (long)(record + length),
			(long)(sizeof record - length));
		if (got < 0)
			leave();
		if (got == 0)
			break;
		length += (size_t)got;
	}
	if (sb_syscall6(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0))
		leave();
	if (sb_seccomp_apply(record, length, SB_SECCOMP_CALLING_THREAD, &failure, &thread))
		leave();
	(void)sb_syscall3(
		__NR_execve, (long)arguments[1], (long)(arguments + 1), (long)environment);
	leave(); /* execve returns only if it failed */
}

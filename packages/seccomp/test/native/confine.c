/*
 * The smallest launcher: reads a record from descriptor 3, sets no_new_privs, loads the filter and becomes the program
 * in its arguments. Built without libc, which shows that seccomp.c can be. Exit status 126: a step failed.
 */
#include "../../native/kernel.h"
#include "../../native/seccomp.h"

#if defined(__x86_64__)
enum { NR_READ = 0, NR_EXECVE = 59, NR_EXIT_GROUP = 231, NR_PRCTL = 157 };

static long call(long number, long first, long second, long third)
{
	register long fourth __asm__("r10") = 0;
	register long fifth __asm__("r8") = 0;
	long result;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(first), "S"(second), "d"(third), "r"(fourth), "r"(fifth)
			 : "rcx", "r11", "memory");
	return result;
}

__asm__(".globl _start\n_start:\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall launch\n\thlt\n");
#elif defined(__aarch64__)
enum { NR_READ = 63, NR_EXECVE = 221, NR_EXIT_GROUP = 94, NR_PRCTL = 167 };

static long call(long number, long first, long second, long third)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = first;
	register long x1 __asm__("x1") = second;
	register long x2 __asm__("x2") = third;
	register long x3 __asm__("x3") = 0;
	register long x4 __asm__("x4") = 0;
	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
			 : "memory");
	return x0;
}

__asm__(".globl _start\n_start:\n\tmov x0, sp\n\tbl launch\n");
#endif

#define PR_SET_NO_NEW_PRIVS 38
#define RECORD_DESCRIPTOR 3

static uint8_t record[1 << 16];

static void leave(void)
{
	(void)call(
		NR_EXIT_GROUP, 126, 0, 0); /* doesn't return, unless the filter forbids even that */
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
		long got = call(NR_READ, RECORD_DESCRIPTOR, (long)(record + length),
			(long)(sizeof record - length));
		if (got < 0)
			leave();
		if (got == 0)
			break;
		length += (size_t)got;
	}
	if (call(NR_PRCTL, PR_SET_NO_NEW_PRIVS, 1, 0))
		leave();
	if (sb_seccomp_apply(record, length, SB_SECCOMP_CALLING_THREAD, &failure, &thread))
		leave();
	(void)call(NR_EXECVE, (long)arguments[1], (long)(arguments + 1), (long)environment);
	leave(); /* execve returns only if it failed */
}

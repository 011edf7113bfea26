/* SPDX-License-Identifier: MIT */
/*
 * System calls without a C library, for code that runs both in a Node addon and in a static
 * launcher of a few kilobytes. The answer is the kernel's: a result, or -errno (syscall(2)).
 *
 * A call made here changes the calling thread only. libc's setuid() and similar functions reach
 * every thread: use these in an addon.
 */
#ifndef SB_SYSCALL_H
#define SB_SYSCALL_H

#if !defined(__linux__)
#error "sb_syscall.h is for Linux"
#endif

#include <asm/unistd.h>

#if defined(__x86_64__)
static inline long sb_syscall6(long number, long a, long b, long c, long d, long e, long f)
{
	long result;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	register long r9 __asm__("r9") = f;
	/* clang-format off */ /* whose releases disagree about assembly */
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
			 : "rcx", "r11", "memory");
	/* clang-format on */
	return result;
}
#elif defined(__aarch64__)
static inline long sb_syscall6(long number, long a, long b, long c, long d, long e, long f)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	register long x5 __asm__("x5") = f;
	/* clang-format off */ /* whose releases disagree about assembly */
	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
			 : "memory");
	/* clang-format on */
	return x0;
}
#else
#error "sb_syscall.h knows x86-64 and arm64"
#endif

static inline long sb_syscall3(long number, long a, long b, long c)
{
	return sb_syscall6(number, a, b, c, 0, 0, 0);
}

#endif

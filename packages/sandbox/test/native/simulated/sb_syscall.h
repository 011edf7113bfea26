/* SPDX-License-Identifier: MIT */
/* In place of packages/native/sb_syscall.h: every system call is made to the simulated kernel of simulate.c. */
#ifndef SB_SYSCALL_H
#define SB_SYSCALL_H

#include <asm/unistd.h>

long sb_simulated(long number, const long arguments[6]);

static inline long sb_syscall6(long number, long a, long b, long c, long d, long e, long f)
{
	const long arguments[6] = {a, b, c, d, e, f};
	return sb_simulated(number, arguments);
}

static inline long sb_syscall3(long number, long a, long b, long c)
{
	return sb_syscall6(number, a, b, c, 0, 0, 0);
}

#endif

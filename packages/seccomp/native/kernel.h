/* SPDX-License-Identifier: MIT */
/* The kernel's constants and its system call, so that neither headers nor a libc decide anything. */
#ifndef SB_SECCOMP_KERNEL_H
#define SB_SECCOMP_KERNEL_H

#include <stdint.h>

/* Error numbers of asm-generic/errno-base.h and errno.h. */
enum {
	KERNEL_EPERM = 1,
	KERNEL_ENOEXEC = 8,
	KERNEL_EFAULT = 14,
	KERNEL_EBUSY = 16,
	KERNEL_EINVAL = 22,
	KERNEL_ENOSYS = 38,
	KERNEL_EOPNOTSUPP = 95,
	KERNEL_EHWPOISON = 133,
};

/* linux/seccomp.h */
enum {
	SECCOMP_OPERATION_SET_MODE_FILTER = 1,
	SECCOMP_OPERATION_GET_ACTION_AVAIL = 2,
	SECCOMP_FLAG_TSYNC = 1,
	SECCOMP_FLAG_NEW_LISTENER = 8,
	SECCOMP_FLAG_WAIT_KILLABLE = 32, /* a call that was taken is not interrupted; Linux 5.19 */
};

/* struct sock_filter and struct sock_fprog of linux/filter.h */
struct kernel_instruction {
	uint16_t code;
	uint8_t jt, jf;
	uint32_t k;
};

struct kernel_program {
	uint16_t length;
	const void *instructions;
};

/* Number of seccomp(2) and AUDIT_ARCH_* of the machine this is built for; 0 where there is none. */
#if defined(__linux__) && defined(__x86_64__) && !defined(__ILP32__)
#define KERNEL_AUDIT_ARCH 0xc000003eu
#define KERNEL_NR_SECCOMP 317
#elif defined(__linux__) && defined(__aarch64__) && !defined(__AARCH64EB__)
#define KERNEL_AUDIT_ARCH 0xc00000b7u
#define KERNEL_NR_SECCOMP 277
#elif defined(__linux__) && defined(__riscv) && __riscv_xlen == 64
#define KERNEL_AUDIT_ARCH 0xc00000f3u
#define KERNEL_NR_SECCOMP 277
#else
#define KERNEL_AUDIT_ARCH 0u
#endif

#if KERNEL_AUDIT_ARCH != 0u && !defined(__riscv)
#include "sb_syscall.h"
#endif

/* seccomp(2) itself: the kernel's own answer, negative for an error. */
static inline long kernel_seccomp(unsigned int operation, unsigned int flags, const void *argument)
{
#if KERNEL_AUDIT_ARCH == 0u
	(void)operation;
	(void)flags;
	(void)argument;
	return -KERNEL_ENOSYS;
#elif defined(__riscv)
	register long number __asm__("a7") = KERNEL_NR_SECCOMP;
	register long first __asm__("a0") = (long)operation;
	register long second __asm__("a1") = (long)flags;
	register const void *third __asm__("a2") = argument;
	__asm__ volatile("ecall" : "+r"(first) : "r"(number), "r"(second), "r"(third) : "memory");
	return first;
#else
	return sb_syscall3(KERNEL_NR_SECCOMP, (long)operation, (long)flags, (long)argument);
#endif
}

#endif

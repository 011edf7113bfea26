/* SPDX-License-Identifier: MIT */
/* Entry without a libc: the kernel leaves argc and argv on the stack (execve(2), the psABI). */
#include "sb_syscall.h"

int sb_main(int argc, char **argv);

#if defined(__x86_64__)
__asm__(".text\n.globl _start\n.type _start, @function\n_start:\n"
	"\txor %ebp, %ebp\n\tmov (%rsp), %edi\n\tlea 8(%rsp), %rsi\n"
	"\tand $-16, %rsp\n\tcall sb_start\n\thlt\n.size _start, .-_start\n");
#elif defined(__aarch64__)
__asm__(".text\n.globl _start\n.type _start, %function\n_start:\n"
	"\tmov x29, #0\n\tmov x30, #0\n\tldr w0, [sp]\n\tadd x1, sp, #8\n"
	"\tbl sb_start\n\tbrk #0\n.size _start, .-_start\n");
#endif

void sb_start(int argc, char **argv);
void sb_start(int argc, char **argv)
{
	int status = sb_main(argc, argv);
	(void)sb_syscall3(
		__NR_exit_group, status, 0, 0); /* returns only where a filter denies it */
	__builtin_trap();
}

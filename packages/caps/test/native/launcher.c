/* SPDX-License-Identifier: MIT */
/*
 * A stand-in for a launcher: static, without a libc, one thread. Applies the record on descriptor 0 in both phases, with
 * the change of user in between, and executes /bin/grep for what is in force. Exits 10 and more where a step failed.
 */
#include "../../native/caps.h"

static void leave(int status)
{
	for (;;)
		(void)sb_syscall3(__NR_exit_group, status, 0, 0);
}

__attribute__((used)) static void launch(void)
{
	static uint8_t record[SB_CAPS_LENGTH + 1];
	static const char *const arguments[] = {
		"grep", "-E", "^(Uid|Cap.*|NoNewPrivs):", "/proc/self/status", 0};
	static const char *const environment[] = {0};
	struct sb_failure failure;
	long length = sb_syscall3(__NR_read, 0, (long)record, sizeof record);
	if (length < 0)
		leave(10);
	if (sb_caps_before_ids(record, (size_t)length, &failure))
		leave(11);
	if (sb_syscall3(__NR_setgroups, 0, 0, 0) || sb_syscall3(__NR_setresgid, 33, 33, 33) ||
		sb_syscall3(__NR_setresuid, 33, 33, 33))
		leave(12);
	if (sb_caps_after_ids(record, (size_t)length, &failure))
		leave(13);
	(void)sb_syscall3(__NR_execve, (long)"/bin/grep", (long)arguments, (long)environment);
	leave(14);
}

/* The kernel starts a program with an aligned stack and no return address. */
#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n\txor %ebp, %ebp\n\tcall launch\n");
#else
__asm__(".globl _start\n_start:\n\tmov x29, #0\n\tbl launch\n");
#endif

/* SPDX-License-Identifier: MIT */
/*
 * The other door: applies a record as a static program of one thread and without a C library, then
 * executes a program. Arguments: file of the record, program, its arguments.
 * On failure it writes "step errno rule" to standard error and ends with 70.
 */
#include "../../native/landlock.h"
#include "../../native/landlock_sys.h"

#if defined(__x86_64__)
__asm__(".globl _start\n_start:\n\tmov %rsp, %rdi\n\tand $-16, %rsp\n\tcall run\n");
#else
__asm__(".globl _start\n_start:\n\tmov x0, sp\n\tbl run\n");
#endif

#define PR_SET_NO_NEW_PRIVS 38

static uint8_t record[SB_RECORD_MAX];

static void say(const char *text)
{
	long length = 0;
	while (text[length])
		length++;
	(void)ll_call(__NR_write, 2, (long)text, length, 0, 0); /* about to end anyway */
}

static void say_number(uint32_t number)
{
	char digits[12] = " ";
	int at = 10;
	do {
		digits[at--] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	digits[at] = ' ';
	say(digits + at);
}

static void fail(const struct sb_failure *failure, uint32_t rule)
{
	say(failure->step);
	say_number((uint32_t)failure->error);
	say_number(rule);
	(void)ll_call(__NR_exit, 70, 0, 0, 0, 0);
}

__attribute__((used)) void run(long *stack)
{
	char **argv = (char **)(stack + 1);
	char **environment = argv + stack[0] + 1;
	struct sb_failure failure = {"start", 0, 22};
	struct sb_landlock state = {0};
	long length = 0, more = 1;
	if (stack[0] < 3)
		fail(&failure, 0);
	long file = ll_call(__NR_openat, LL_AT_FDCWD, (long)argv[1], LL_O_CLOEXEC, 0, 0);
	while (file >= 0 && more > 0 && length < (long)sizeof record) {
		more = ll_call(__NR_read, file, (long)(record + length),
			(long)sizeof record - length, 0, 0);
		length += more > 0 ? more : 0;
	}
	if (ll_call(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		fail(&failure, 0);
	if (sb_landlock_build(record, (size_t)length, &state, &failure) ||
		sb_landlock_restrict(&state, &failure))
		fail(&failure, state.rule);
	failure.error = (int)-ll_call(
		__NR_execve, (long)argv[2], (long)(argv + 2), (long)environment, 0, 0);
	failure.step = "execve";
	fail(&failure, 0);
}

/* SPDX-License-Identifier: MIT */
/*
 * Loads filters one above the other and makes calls under them. Reads jobs from the file in its argument until its end:
 *   u32 filters, for each u32 instructions and the instructions; u32 calls, for each u64 number and six u64 arguments.
 * Writes a u32 for each call: 0, the error that it failed with, 0x10000 and si_errno of a trap, or 0x20000 where the
 * process was killed. The calls must be such as hurt nobody, whatever their arguments are.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define FILTERS_MAX 4
#define TRAPPED 0x10000u
#define KILLED 0x20000u

struct call {
	uint64_t number, args[6];
};

/* In memory that parent and child share: what a dying child has found out stays. */
struct shared {
	volatile uint32_t next;
	volatile uint32_t trapped;
	volatile uint32_t answers[1 << 16];
};

static struct shared *shared;
static sigjmp_buf after_trap;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void on_trap(int signal, siginfo_t *info, void *context)
{
	(void)signal;
	(void)context;
	shared->trapped = TRAPPED + (uint32_t)info->si_errno;
	/* A filter may forbid rt_sigreturn(2). */
	siglongjmp(after_trap, 1);
}

static void take(FILE *from, void *to, size_t size)
{
	if (fread(to, size, 1, from) != 1)
		die("read");
}

static void child(
	const struct sock_fprog *filters, uint32_t count, const struct call *calls, uint32_t length)
{
	struct sigaction action = {.sa_sigaction = on_trap, .sa_flags = SA_SIGINFO | SA_NODEFER};
	if (sigaction(SIGSYS, &action, NULL) != 0)
		die("sigaction");
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		die("no_new_privs");
	for (uint32_t i = 0; i < count; i++)
		if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &filters[i]) != 0)
			die("seccomp");
	while (shared->next < length) {
		const struct call *call = &calls[shared->next];
		const uint64_t *a = call->args;
		shared->trapped = 0;
		if (sigsetjmp(after_trap, 0) == 0) {
			long result =
				syscall((long)call->number, a[0], a[1], a[2], a[3], a[4], a[5]);
			shared->answers[shared->next] = result == -1 ? (uint32_t)errno : 0;
		} else {
			shared->answers[shared->next] = shared->trapped;
		}
		shared->next++;
	}
	_exit(0);
}

static void job(FILE *from, uint32_t count)
{
	struct sock_fprog filters[FILTERS_MAX];
	struct call *calls;
	uint32_t length;
	if (count > FILTERS_MAX)
		die("filters");
	for (uint32_t i = 0; i < count; i++) {
		uint32_t instructions;
		take(from, &instructions, sizeof instructions);
		filters[i].len = (unsigned short)instructions;
		filters[i].filter = malloc(instructions * sizeof(struct sock_filter));
		take(from, filters[i].filter, instructions * sizeof(struct sock_filter));
	}
	take(from, &length, sizeof length);
	calls = malloc(length * sizeof *calls);
	take(from, calls, length * sizeof *calls);
	shared->next = 0;
	while (shared->next < length) {
		int status;
		pid_t made = fork();
		if (made < 0)
			die("fork");
		if (made == 0)
			child(filters, count, calls, length);
		if (waitpid(made, &status, 0) != made)
			die("waitpid");
		/* At its end it may be unable to exit. */
		if (shared->next == length)
			break;
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGSYS) {
			fprintf(stderr, "a child ended with status %d at call %u\n", status,
				shared->next);
			exit(1);
		}
		shared->answers[shared->next++] = KILLED;
	}
	if (fwrite((const void *)shared->answers, sizeof(uint32_t), length, stdout) != length)
		die("write");
	for (uint32_t i = 0; i < count; i++)
		free(filters[i].filter);
	free(calls);
}

int main(int argc, char **argv)
{
	FILE *from = argc == 2 ? fopen(argv[1], "r") : NULL;
	uint32_t count;
	if (from == NULL)
		die("jobs");
	shared = mmap(
		NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("mmap");
	while (fread(&count, sizeof count, 1, from) == 1) {
		job(from, count);
		if (fflush(stdout) != 0)
			die("flush");
	}
	return 0;
}

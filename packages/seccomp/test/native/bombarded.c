/* SPDX-License-Identifier: MIT */
/*
 * Reads the filters of a process again and again while that sends signals to itself. Each one must arrive, also one for
 * which the kernel stops the process before it delivers it: every other look waits for that. Built with AddressSanitizer
 * and UBSan, and such that the system calls of filters_of.c come through here. Arguments: looks, filters. Prints how many
 * signals did not arrive, and how many filters the last look found.
 */
#undef syscall
#include "../../native/filters_of.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* In memory that both processes share. */
static volatile struct shared {
	int is_ready, is_enough, sent, arrived;
} * shared;

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static void on_signal(int number)
{
	(void)number;
	shared->arrived++;
}

static void be_target(int filters)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = {1, &allow};
	struct sigaction action = {.sa_handler = on_signal};
	if (sigaction(SIGUSR1, &action, NULL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		die("prepare");
	for (int i = 0; i < filters; i++)
		if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
			die("seccomp");
	shared->is_ready = 1;
	for (; !shared->is_enough; shared->sent++)
		if (raise(SIGUSR1) != 0)
			die("raise");
	exit(0);
}

/* The letter of proc_pid_stat(5). */
static char state_of(pid_t process)
{
	char path[64], state = 0;
	snprintf(path, sizeof path, "/proc/%d/stat", process);
	FILE *file = fopen(path, "r");
	if (file == NULL || fscanf(file, "%*d %*s %c", &state) != 1)
		die(path);
	fclose(file);
	return state;
}

/* Lets the next signal stop the process before PTRACE_INTERRUPT does, in every other look. */
long slow_syscall(long number, long a, long b, long c, long d)
{
	static int looks;
	long result = syscall(number, a, b, c, d);
	if (number == SYS_ptrace && a == 0x4206 && result == 0 && looks++ % 2 == 0)
		while (state_of((pid_t)b) != 't')
			sched_yield();
	return result;
}

static int look(pid_t target)
{
	struct sb_filters found;
	struct sb_failure failure = {0};
	int count = 0;
	if (sb_filters_of(target, &found, &failure) != 0) {
		fprintf(stderr, "%s failed: %s\n", failure.step, strerror(failure.error));
		exit(1);
	}
	for (size_t at = 0; at < found.length; count++)
		at += 4 + 8 * sb_u32(found.bytes + at);
	free(found.bytes);
	return count;
}

int main(int argc, char **argv)
{
	int looks = argc == 3 ? atoi(argv[1]) : 0, filters = argc == 3 ? atoi(argv[2]) : 0;
	int found = 0, status = 0;
	shared = mmap(
		NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("mmap");
	pid_t target = fork();
	if (target < 0)
		die("fork");
	if (target == 0)
		be_target(filters);
	while (!shared->is_ready)
		sched_yield();
	for (int i = 0; i < looks; i++)
		found = look(target);
	shared->is_enough = 1;
	if (waitpid(target, &status, 0) != target || status != 0)
		die("target");
	printf("%d signals lost, %d filters\n", shared->sent - shared->arrived, found);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * A kernel that says yes and does nothing: the restriction of one thread, or of all, is left out, and the call
 * answers 0 all the same (linked with --wrap). Whoever trusts the answer would call it done.
 * Arguments: file of a record, `honest`, `liar`, `liar-to-all`, or `starved` of descriptors. Prints the failed step and errno, or "done".
 */
#define _GNU_SOURCE
#include "../../native/process.h"
#include "sb_no_new_privs.h"
#include "sb_threads.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define THREADS 6
#define EVERYONE (-1)

int __real_sb_landlock_restrict(const struct sb_landlock *state, struct sb_failure *failure);
int __wrap_sb_landlock_restrict(const struct sb_landlock *state, struct sb_failure *failure);

static atomic_int spared; /* the thread that goes free; 0 for none */

int __wrap_sb_landlock_restrict(const struct sb_landlock *state, struct sb_failure *failure)
{
	int free = atomic_load(&spared);
	if (free == EVERYONE || syscall(SYS_gettid) == free)
		return 0;
	return __real_sb_landlock_restrict(state, failure);
}

static void *idle(void *argument)
{
	atomic_int *tid = argument;
	atomic_store(tid, (int)syscall(SYS_gettid));
	for (;;)
		pause();
	return NULL;
}

/* Lets this process open so many more: the ruleset and the list of threads, and then no attempt. */
static int leave_descriptors(int count)
{
	int next = dup(STDIN_FILENO);
	struct rlimit limit;
	if (next < 0 || close(next) || getrlimit(RLIMIT_NOFILE, &limit))
		return -1;
	limit.rlim_cur = (rlim_t)(next + count);
	return setrlimit(RLIMIT_NOFILE, &limit);
}

static uint8_t record[SB_RECORD_MAX];

int main(int argc, char **argv)
{
	static atomic_int tids[THREADS];
	struct sb_threads_result broadcast;
	struct sb_landlock state = {0};
	struct sb_landlock_reached reached = {0};
	struct sb_failure failure = {0};
	pthread_t thread;
	FILE *file = argc == 3 ? fopen(argv[1], "r") : NULL;
	if (!file)
		return 2;
	size_t length = fread(record, 1, sizeof record, file);
	(void)fclose(file); /* only read from */
	for (int i = 0; i < THREADS; i++) {
		if (pthread_create(&thread, NULL, idle, &tids[i]))
			return 3;
		while (atomic_load(&tids[i]) == 0)
			usleep(100);
	}
	if (strcmp(argv[2], "liar") == 0)
		atomic_store(&spared, atomic_load(&tids[THREADS / 2]));
	if (strcmp(argv[2], "liar-to-all") == 0)
		atomic_store(&spared, EVERYONE);
	if (sb_all_threads(sb_no_new_privs, NULL, &broadcast))
		return 4;
	if (strcmp(argv[2], "starved") == 0 && leave_descriptors(2))
		return 5;
	int error = sb_landlock_apply(record, length, &state, &reached, &failure);
	if (error)
		printf("%s %s\n", failure.step, strerrorname_np(failure.error));
	else
		printf("done %d\n", reached.threads);
	return 0;
}

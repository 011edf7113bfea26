/*
 * A kernel that says yes and does nothing: the restriction of one thread is left out, and the call
 * answers 0 all the same (linked with --wrap). Whoever trusts the answer would call it done.
 * Arguments: file of a record, `honest` or `liar`. Prints the failed step and errno, or "done".
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
#include <sys/syscall.h>
#include <unistd.h>

#define THREADS 6

int __real_sb_landlock_restrict(const struct sb_landlock *state, struct sb_failure *failure);
int __wrap_sb_landlock_restrict(const struct sb_landlock *state, struct sb_failure *failure);

static atomic_int spared; /* the thread that goes free; 0 for none */

int __wrap_sb_landlock_restrict(const struct sb_landlock *state, struct sb_failure *failure)
{
	if (syscall(SYS_gettid) == atomic_load(&spared))
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
	if (sb_all_threads(sb_no_new_privs, NULL, &broadcast) ||
		sb_landlock_build(record, length, &state, &failure))
		return 4;
	int error = sb_landlock_restrict_process(&state, &reached, &failure);
	if (error)
		printf("%s %s\n", failure.step, strerrorname_np(failure.error));
	else
		printf("done %d\n", reached.threads);
	return 0;
}

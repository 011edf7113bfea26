/* SPDX-License-Identifier: MIT */
/*
 * Attacks the broadcast to every thread (packages/native/sb_threads.c) while threads start and end.
 *
 * What is broadcast is no_new_privs, which a thread inherits from the one that started it: a single
 * thread that is missed shows, since it and its descendants look at their own flag until the end.
 *
 * Arguments: churn COMPLETE | blocked | sigpending | too-many. Prints what happened in one line.
 */
#define _GNU_SOURCE
#include "sb_no_new_privs.h"
#include "sb_threads.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define CHAINS 4   /* lines of threads, each of which starts its successor and ends */
#define FOREVER 12 /* threads that stay */

static atomic_int done, stop, missed, started, ready;

static void check_self(void)
{
	if (atomic_load(&done) && prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		atomic_fetch_add(&missed, 1);
}

static pthread_t start(void *(*run)(void *), void *argument)
{
	pthread_attr_t attributes;
	pthread_t thread;
	if (pthread_attr_init(&attributes) ||
		pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED) ||
		pthread_attr_setstacksize(&attributes, 65536) ||
		pthread_create(&thread, &attributes, run, argument))
		abort();
	return thread;
}

/* Lives for a moment, starts its successor, ends. */
static void *chain(void *argument)
{
	usleep(300);
	check_self();
	atomic_fetch_add(&started, 1);
	if (!atomic_load(&stop))
		(void)start(chain, argument);
	return NULL;
}

/* Blocks every signal that libc lets it block, as Node's inspector thread does. */
static void *deaf(void *argument)
{
	sigset_t all;
	sigfillset(&all);
	if (pthread_sigmask(SIG_BLOCK, &all, NULL))
		abort();
	atomic_fetch_add(&ready, 1);
	while (!atomic_load(&stop)) {
		check_self();
		usleep(500);
	}
	return argument;
}

static void *idle(void *argument)
{
	atomic_fetch_add(&ready, 1);
	for (;;)
		pause();
	return argument;
}

/* Blocks even signal 33, which takes a direct system call. */
static void *stone_deaf(void *argument)
{
	unsigned long all = ~0ul;
	if (syscall(SYS_rt_sigprocmask, SIG_SETMASK, &all, NULL, sizeof all))
		abort();
	return idle(argument);
}

/* One process: threads come and go, the broadcast runs, and every thread then looks at itself. */
static int churn_once(void)
{
	struct sb_threads_result result;
	for (int i = 0; i < FOREVER; i++)
		(void)start(deaf, NULL);
	for (int i = 0; i < CHAINS; i++)
		(void)start(chain, NULL);
	usleep(2000);
	int error = sb_all_threads(sb_no_new_privs, NULL, &result);
	if (error)
		return error == -ETIMEDOUT ? 3 : 4;
	atomic_store(&done, 1);
	usleep(5000);
	atomic_store(&stop, 1);
	usleep(2000);
	if (result.threads < FOREVER)
		return 4;
	if (atomic_load(&started) < CHAINS)
		return 5; /* nothing was churning: no proof */
	return atomic_load(&missed) ? 6 : 0;
}

/* Until so many broadcasts were complete, in at most four times as many rounds. */
static int churn(int wanted)
{
	int outcomes[8] = {0};
	for (int i = 0; i < 4 * wanted && outcomes[0] < wanted; i++) {
		int status = 0;
		pid_t child = fork();
		if (child == 0)
			_exit(churn_once());
		if (child < 0 || waitpid(child, &status, 0) != child)
			abort();
		outcomes[WIFEXITED(status) && WEXITSTATUS(status) < 7 ? WEXITSTATUS(status) : 7]++;
	}
	printf("complete %d timeout %d error %d idle %d missed %d crashed %d\n", outcomes[0],
		outcomes[3], outcomes[4], outcomes[5], outcomes[6], outcomes[7]);
	return 0;
}

/* Broadcasts with some threads of one kind; tells the answer and that the process survived it. */
static int with_threads(int count, void *(*run)(void *))
{
	struct sb_threads_result result;
	for (int i = 0; i < count; i++)
		(void)start(run, NULL);
	while (atomic_load(&ready) < count)
		usleep(500);
	int error = sb_all_threads(sb_no_new_privs, NULL, &result);
	usleep(20000); /* a signal that was left behind would end the process here */
	printf("%s threads %d failed %d self %d\n", error ? strerrorname_np(-error) : "OK",
		result.threads, result.failed, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	return 0;
}

int main(int argc, char **argv)
{
	const struct rlimit three = {3, 3};
	if (argc == 3 && strcmp(argv[1], "churn") == 0)
		return churn(atoi(argv[2]));
	if (argc != 2)
		return 2;
	if (strcmp(argv[1], "blocked") == 0)
		return with_threads(1, stone_deaf);
	if (strcmp(argv[1], "too-many") == 0)
		return with_threads(SB_THREADS_MAX + 8, idle);
	if (strcmp(argv[1], "sigpending") == 0 && setrlimit(RLIMIT_SIGPENDING, &three) == 0)
		return with_threads(40, deaf);
	return 2;
}

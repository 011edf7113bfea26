/* SPDX-License-Identifier: MIT */
/*
 * A thread that blocks even signal 33, by a direct system call, and takes it when the broadcast has
 * given up. As a library (-DLIBRARY, preloaded) it is one more thread of a Node process, and waits
 * for longer than a broadcast does. As a program it looks at what the thread runs then: prints the
 * answer of a broadcast, how often its function ran late, and what the next broadcast reaches.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static atomic_int is_open, was_deaf;

static void mask(unsigned long signals)
{
	if (syscall(SYS_rt_sigprocmask, 2 /* SIG_SETMASK */, &signals, NULL, sizeof signals))
		abort();
}

static void *late(void *argument)
{
	mask(~0ul);
	atomic_store(&was_deaf, 1);
	while (!atomic_load(&is_open))
		usleep(1000);
	mask(0);
	atomic_store(&was_deaf, 0);
	for (;;)
		pause();
	return argument;
}

static void start(void)
{
	pthread_t thread;
	if (pthread_create(&thread, NULL, late, NULL))
		abort();
	while (!atomic_load(&was_deaf))
		usleep(1000);
}

#ifdef LIBRARY
static void *open_later(void *argument)
{
	struct timespec left = {.tv_sec = 6, .tv_nsec = 500000000};
	while (nanosleep(&left, &left)) /* the broadcast interrupts it */
		;
	atomic_store(&is_open, 1);
	return argument;
}

__attribute__((constructor)) static void load(void)
{
	pthread_t thread;
	start();
	if (pthread_create(&thread, NULL, open_later, NULL))
		abort();
}
#else
#include "sb_threads.h"

static int count(void *argument)
{
	atomic_fetch_add((atomic_int *)argument, 1);
	return 0;
}

int main(void)
{
	static atomic_int first, second;
	struct sb_threads_result result;
	start();
	int error = sb_all_threads(count, &first, &result);
	int early = atomic_load(&first);
	atomic_store(&is_open, 1);
	while (atomic_load(&was_deaf))
		usleep(1000);
	int again = sb_all_threads(count, &second, &result);
	printf("%s late %d; %s threads %d\n", error ? strerrorname_np(-error) : "OK",
		atomic_load(&first) - early, again ? strerrorname_np(-again) : "OK",
		result.threads);
	return 0;
}
#endif

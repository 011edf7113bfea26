/* SPDX-License-Identifier: MIT */
/*
 * Loaded into a program by LD_PRELOAD: threads that open descriptors which a child inherits, on numbers anywhere below
 * the limit, all the time. Other code of a process does that, in its addons for instance.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#define THREADS 3
#define FIRST 64
#define MOST 4096

static void *leak(void *seed)
{
	unsigned int state = (unsigned int)(size_t)seed;
	struct rlimit limit;
	if (getrlimit(RLIMIT_NOFILE, &limit))
		abort();
	unsigned int most = limit.rlim_cur < MOST ? (unsigned int)limit.rlim_cur : MOST;
	for (;;) {
		/* dup2 leaves close-on-exec off; a number that is in use is left alone. */
		int number = (int)(FIRST + (unsigned int)rand_r(&state) % (most - FIRST));
		if (fcntl(number, F_GETFD) < 0 && dup2(0, number) != number)
			abort();
		usleep(200);
		if (state % 4 == 0)
			(void)close(
				number); /* it may be another thread's by now, which is as good */
	}
	return NULL;
}

__attribute__((constructor)) static void start(void)
{
	(void)unsetenv("LD_PRELOAD"); /* not for children */
	for (size_t i = 1; i <= THREADS; i++) {
		pthread_t thread;
		if (pthread_create(&thread, NULL, leak, (void *)i))
			abort();
	}
}

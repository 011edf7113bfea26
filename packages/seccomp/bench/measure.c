/* SPDX-License-Identifier: MIT */
/*
 * Measures filters from files, in children of its own, in turn so that all see the same machine. Usage:
 *   measure load RUNS FILE...              nanoseconds to load each filter, smallest and median
 *   measure call RUNS NUMBER A B FILE...   nanoseconds of a call under each filter, smallest and median
 * Prints one line a file: smallest median.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FILES_MAX 8
#define RUNS_MAX 4096
#define CALLS 4000

struct file {
	struct sock_filter code[4096];
	unsigned short length;
	double results[RUNS_MAX];
};

static struct file files[FILES_MAX];

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static double now(void)
{
	struct timespec time;
	if (clock_gettime(CLOCK_MONOTONIC, &time))
		die("clock_gettime");
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static void read_file(struct file *file, const char *path)
{
	FILE *stream = fopen(path, "rb");
	if (!stream)
		die(path);
	size_t count = fread(file->code, sizeof *file->code, 4096, stream);
	if (count == 0)
		die(path);
	file->length = (unsigned short)count;
	(void)fclose(stream); /* only read from */
}

static double load(struct file *file)
{
	struct sock_fprog program = {.len = file->length, .filter = file->code};
	double start = now();
	if (file->length > 0 && syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program))
		die("seccomp");
	return now() - start;
}

static double calls(long number, long first, long second)
{
	double start = now();
	for (int i = 0; i < CALLS; i++)
		(void)syscall(number, first, second, 0); /* its answer doesn't matter */
	return (now() - start) / CALLS;
}

/* One measurement in a child, since a filter can't be taken away. */
static double measure(struct file *file, char **argv)
{
	double result;
	int ends[2];
	if (pipe(ends))
		die("pipe");
	pid_t child = fork();
	if (child < 0)
		die("fork");
	if (child == 0) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
			die("prctl");
		result = load(file);
		if (strcmp(argv[1], "call") == 0)
			result = calls(strtol(argv[3], NULL, 0), strtol(argv[4], NULL, 0),
				strtol(argv[5], NULL, 0));
		_exit(write(ends[1], &result, sizeof result) == sizeof result ? 0 : 1);
	}
	(void)close(ends[1]);
	if (read(ends[0], &result, sizeof result) != sizeof result)
		die("a child answered nothing");
	(void)close(ends[0]);
	if (waitpid(child, NULL, 0) < 0)
		die("waitpid");
	return result;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return (left > right) - (left < right);
}

int main(int argc, char **argv)
{
	int first = argc > 1 && strcmp(argv[1], "call") == 0 ? 6 : 3;
	int count = argc - first;
	int runs = argc > 2 ? atoi(argv[2]) : 0;
	if (count < 1 || count > FILES_MAX || runs < 1 || runs > RUNS_MAX)
		return 2;
	for (int i = 0; i < count; i++) {
		if (strcmp(argv[first + i], "none") != 0)
			read_file(&files[i], argv[first + i]);
	}
	for (int run = 0; run < runs; run++) {
		for (int i = 0; i < count; i++)
			files[i].results[run] = measure(&files[i], argv);
	}
	for (int i = 0; i < count; i++) {
		qsort(files[i].results, (size_t)runs, sizeof *files[i].results, compare);
		printf("%.1f %.1f\n", files[i].results[0], files[i].results[runs / 2]);
	}
	return 0;
}

/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct probe_operation *const tables[] = {
	probe_id_operations,
	probe_file_operations,
	probe_process_operations,
	probe_caps_operations,
	probe_landlock_fs_operations,
	probe_net_operations,
	probe_syscall_operations,
	probe_address_operations,
	probe_others_operations,
	probe_kernel_operations,
	probe_namespace_operations,
	probe_inherited_operations,
	probe_unrestricted_operations,
	probe_shared_operations,
	probe_ipc_operations,
};

static void usage(void)
{
	fputs("usage: probe [--apart] OPERATION [ARGUMENT ...] [+ OPERATION ...]\n", stderr);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		for (const struct probe_operation *op = tables[i]; op->name; op++)
			fprintf(stderr, "  %s %s\n", op->name, op->arguments);
	}
	exit(2);
}

int probe_result(long returned)
{
	return returned < 0 ? -errno : 0;
}

int probe_made(long descriptor)
{
	if (descriptor < 0)
		return -errno;
	return close((int)descriptor) ? -errno : 0;
}

unsigned int probe_number(const char *text)
{
	char *end;
	long long value = strtoll(text, &end, 0);
	if (end == text || *end != '\0' || value < -1 || value > 0xffffffffLL)
		usage();
	return (unsigned int)value;
}

static const struct probe_operation *find(const char *name)
{
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		for (const struct probe_operation *op = tables[i]; op->name; op++) {
			if (strcmp(op->name, name) == 0)
				return op;
		}
	}
	return NULL;
}

/* With two operations of one name, a test could try another one than it names. */
static void require_unique_names(void)
{
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		for (const struct probe_operation *op = tables[i]; op->name; op++) {
			if (find(op->name) == op)
				continue;
			fprintf(stderr, "probe: two operations are called %s\n", op->name);
			exit(3);
		}
	}
}

/* A line for each attempt: name, errno, errno's name. */
static void tell(const char *name, int outcome)
{
	printf("%s %d %s\n", name, -outcome, outcome == 0 ? "OK" : strerrorname_np(-outcome));
	fflush(stdout);
}

/*
 * An attempt in a separate process, so that it changes nothing for the next one. A signal that ends
 * it is its outcome.
 */
static void attempt_apart(const struct probe_operation *op, int argc, char **argv)
{
	int status;
	pid_t child = fork();
	if (child == 0) {
		int outcome = op->attempt(argc, argv);
		if (outcome == PROBE_USAGE)
			usage();
		tell(op->name, outcome);
		_exit(0);
	}
	if (child < 0 || waitpid(child, &status, 0) != child) {
		perror("probe: fork");
		exit(3);
	}
	if (WIFSIGNALED(status)) {
		printf("%s %d SIG%s\n", op->name, WTERMSIG(status), sigabbrev_np(WTERMSIG(status)));
		fflush(stdout);
	} else if (WEXITSTATUS(status) != 0) {
		exit(WEXITSTATUS(status));
	}
}

/* Attempts each operation in order, in one process or, with --apart, each in a child. */
int main(int argc, char **argv)
{
	int apart = argc > 1 && strcmp(argv[1], "--apart") == 0;
	int at = apart ? 2 : 1;
	require_unique_names();
	if (at >= argc)
		usage();
	while (at < argc) {
		const struct probe_operation *op = find(argv[at]);
		int end = at + 1;
		while (end < argc && strcmp(argv[end], "+") != 0)
			end++;
		if (!op)
			usage();
		if (apart) {
			attempt_apart(op, end - at - 1, argv + at + 1);
		} else {
			int outcome = op->attempt(end - at - 1, argv + at + 1);
			if (outcome == PROBE_USAGE)
				usage();
			tell(op->name, outcome);
		}
		at = end + 1;
	}
	return 0;
}

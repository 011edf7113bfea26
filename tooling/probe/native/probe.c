#define _GNU_SOURCE
#include "probe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct probe_operation *const tables[] = {
	probe_id_operations,
	probe_file_operations,
	probe_process_operations,
	probe_caps_operations,
	probe_landlock_fs_operations,
	probe_net_operations,
	probe_syscall_operations,
};

static void usage(void)
{
	fputs("usage: probe OPERATION [ARGUMENT ...] [+ OPERATION ...]\n", stderr);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		for (const struct probe_operation *op = tables[i]; op->name; op++)
			fprintf(stderr, "  %s %s\n", op->name, op->arguments);
	}
	exit(2);
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

/* Two operations of one name would let a test try something else than it says. */
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

/* Attempts each operation in turn and prints a line for each: name, errno, errno's name. */
int main(int argc, char **argv)
{
	int at = 1;
	require_unique_names();
	if (argc < 2)
		usage();
	while (at < argc) {
		const struct probe_operation *op = find(argv[at]);
		int end = at + 1;
		while (end < argc && strcmp(argv[end], "+") != 0)
			end++;
		if (!op)
			usage();
		int outcome = op->attempt(end - at - 1, argv + at + 1);
		if (outcome == PROBE_USAGE)
			usage();
		printf("%s %d %s\n", op->name, -outcome,
			outcome == 0 ? "OK" : strerrorname_np(-outcome));
		fflush(stdout);
		at = end + 1;
	}
	return 0;
}

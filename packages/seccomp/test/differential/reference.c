/* SPDX-License-Identifier: MIT */
/*
 * Compiles filters with libseccomp, as a reference. Reads from standard input:
 *   filter ARCH DEFAULT BADARCH OPTIMIZE ALSO   starts one; SCMP_ARCH_*, SCMP_ACT_*, 1 or 2 (binary tree), another
 *                                          SCMP_ARCH_* or 0
 *   rule ACTION NAME COUNT [ARG OP A B]…   adds a rule; SCMP_CMP_* for OP
 *   end                                    writes u32 length and the program
 * A rule that libseccomp refuses is left out and named on standard error.
 */
#include <errno.h>
#include <inttypes.h>
#include <seccomp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CONDITIONS_MAX 6

static void die(const char *what, int error)
{
	fprintf(stderr, "%s: %s\n", what, strerror(error));
	exit(1);
}

static scmp_filter_ctx start(int *exact)
{
	uint32_t arch, action, bad, also;
	unsigned int optimize;
	if (scanf("%" SCNu32 " %" SCNu32 " %" SCNu32 " %u %" SCNu32, &arch, &action, &bad,
		    &optimize, &also) != 5)
		die("filter", EINVAL);
	scmp_filter_ctx filter = seccomp_init(action);
	if (!filter)
		die("seccomp_init", EINVAL);
	int error = seccomp_attr_set(filter, SCMP_FLTATR_ACT_BADARCH, bad);
	if (error == 0)
		error = seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, optimize);
	if (error == 0 && arch != seccomp_arch_native()) {
		error = seccomp_arch_add(filter, arch);
		if (error == 0)
			error = seccomp_arch_remove(filter, seccomp_arch_native());
	}
	*exact = !also;
	if (error == 0 && also)
		error = seccomp_arch_add(filter, also);
	if (error)
		die("attributes", -error);
	return filter;
}

static void add_rule(scmp_filter_ctx filter, int exact)
{
	struct scmp_arg_cmp conditions[CONDITIONS_MAX];
	char name[64];
	uint32_t action;
	unsigned int count;
	if (scanf("%" SCNu32 " %63s %u", &action, name, &count) != 3 || count > CONDITIONS_MAX)
		die("rule", EINVAL);
	for (unsigned int i = 0; i < count; i++) {
		unsigned int op;
		struct scmp_arg_cmp *to = &conditions[i];
		if (scanf("%u %u %" SCNu64 " %" SCNu64, &to->arg, &op, &to->datum_a,
			    &to->datum_b) != 4)
			die("condition", EINVAL);
		to->op = (enum scmp_compare)op;
	}
	int number = seccomp_syscall_resolve_name(name);
	if (number == __NR_SCMP_ERROR) {
		fprintf(stderr, "unknown %s\n", name);
		return;
	}
	/* With two architectures libseccomp promises nothing exact. */
	int error = exact ? seccomp_rule_add_exact_array(filter, action, number, count, conditions)
			  : seccomp_rule_add_array(filter, action, number, count, conditions);
	if (error)
		fprintf(stderr, "refused %s %d\n", name, -error);
}

static void finish(scmp_filter_ctx filter)
{
	size_t length = 0;
	int error = seccomp_export_bpf_mem(filter, NULL, &length);
	if (error)
		die("seccomp_export_bpf_mem", -error);
	void *program = malloc(length);
	if (!program)
		die("malloc", ENOMEM);
	error = seccomp_export_bpf_mem(filter, program, &length);
	if (error)
		die("seccomp_export_bpf_mem", -error);
	uint32_t size = (uint32_t)length;
	if (fwrite(&size, sizeof size, 1, stdout) != 1 ||
		fwrite(program, 1, length, stdout) != length)
		die("write", EIO);
	free(program);
	seccomp_release(filter);
}

int main(void)
{
	scmp_filter_ctx filter = NULL;
	int exact = 1;
	char word[16];
	while (scanf("%15s", word) == 1) {
		if (strcmp(word, "filter") == 0)
			filter = start(&exact);
		else if (strcmp(word, "rule") == 0 && filter)
			add_rule(filter, exact);
		else if (strcmp(word, "end") == 0 && filter)
			finish(filter);
		else
			die(word, EINVAL);
	}
	return 0;
}

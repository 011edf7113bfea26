/* SPDX-License-Identifier: MIT */
/*
 * Runs the steps of the C core in a given order, one child for each order, and says how it ended: `ok`, or the step that
 * failed. What is in force afterwards is read from /proc, not with the code under test.
 *
 * Arguments: flags, capability to keep (a number, or - for none), uid to become (0: stay root), then orders. Each letter is a step:
 *   n no_new_privs  i inheritable  a lower ambient  b drop bounding  s early securebits  k keep capabilities
 *   U the change of user  w narrow  r raise ambient  l late securebits  c capset  v verify
 * An x at the end gives everything up after a failed step, as the package does.
 */
#define _GNU_SOURCE
#include "../../native/caps.c"

#include <grp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static uid_t user;

static int change_user(const struct sb_caps_target *target, struct sb_failure *failure)
{
	(void)target;
	if (user == 0)
		return 0;
	if (setgroups(0, NULL) || setresgid(user, user, user) || setresuid(user, user, user))
		return sb_fail(failure, "change-user", "setresuid", errno);
	return setuid(0) ? 0 : sb_fail(failure, "change-user", "setuid", EPERM);
}

static const struct {
	char letter;
	step_fn run;
} steps[] = {
	{'n', set_no_new_privs},
	{'i', set_inheritable},
	{'a', lower_ambient},
	{'b', drop_bounding},
	{'s', lock_early},
	{'k', keep_capabilities},
	{'U', change_user},
	{'w', narrow},
	{'r', raise_ambient},
	{'l', lock_late},
	{'c', set_capabilities},
	{'v', sb_caps_verify},
};

static void print_status(void)
{
	static const char *const names[] = {
		"CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs"};
	char line[256];
	FILE *status = fopen("/proc/self/status", "re");
	if (!status)
		exit(3);
	while (fgets(line, sizeof line, status)) {
		for (size_t i = 0; i < COUNT(names); i++) {
			size_t length = strlen(names[i]);
			if (strncmp(line, names[i], length) == 0 && line[length] == ':')
				printf(" %.*s", (int)strcspn(line + length + 2, "\n"),
					line + length + 2);
		}
	}
	(void)fclose(status); /* only read from */
	printf(" %x\n", (unsigned int)prctl(PR_GET_SECUREBITS));
}

static void run_order(const char *order, const struct sb_caps_target *target)
{
	struct sb_failure failure = {0};
	int error = 0;
	size_t length = strlen(order);
	int gives_up = length > 0 && order[length - 1] == 'x';
	for (const char *at = order; *at && *at != 'x' && error == 0; at++) {
		step_fn found = NULL;
		for (size_t i = 0; i < COUNT(steps); i++)
			found = steps[i].letter == *at ? steps[i].run : found;
		if (!found)
			exit(2);
		error = found(target, &failure);
	}
	struct sb_failure last = {0};
	if (error && gives_up && sb_caps_surrender(&last))
		failure = last;
	printf("%s %s %d", order, error ? failure.step : "ok", -error);
	print_status();
	fflush(stdout);
}

int main(int argc, char **argv)
{
	struct sb_caps_target target = {0};
	if (argc < 4)
		return 2;
	target.flags = (unsigned int)strtoul(argv[1], NULL, 0);
	if (strcmp(argv[2], "-") != 0) {
		uint64_t kept = bit((unsigned int)strtoul(argv[2], NULL, 0));
		target.sets = (struct caps_sets){kept, kept, kept};
		target.ambient = kept;
	}
	user = (uid_t)strtoul(argv[3], NULL, 0);
	for (int i = 4; i < argc; i++) {
		int status;
		pid_t child = fork();
		if (child == 0) {
			run_order(argv[i], &target);
			_exit(0);
		}
		if (child < 0 || waitpid(child, &status, 0) != child || status != 0)
			return 4;
	}
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * Attempts on what a program may inherit from its parent: descriptors, environment, limits, the
 * terminal.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Numbers beyond any limit that a process usually has (fs.nr_open is 1,048,576). */
#define NUMBERS 1048576

/* Whether any descriptor from a number on is open: EBADF if not. */
static int op_find_descriptor(int argc, char **argv)
{
	if (argc != 1 && argc != 2)
		return PROBE_USAGE;
	unsigned int end = argc == 2 ? probe_number(argv[1]) : NUMBERS;
	for (unsigned int number = probe_number(argv[0]); number < end; number++) {
		if (fcntl((int)number, F_GETFD) >= 0)
			return 0;
	}
	return -EBADF;
}

static int op_read_environment(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	return getenv(argv[0]) ? 0 : -ENOENT;
}

/* Raises its own limit to infinity. */
static int op_raise_limit(int argc, char **argv)
{
	const struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
	if (argc != 1)
		return PROBE_USAGE;
	return probe_result(syscall(SYS_prlimit64, 0, probe_number(argv[0]), &limit, NULL));
}

/* Types a character into the terminal on standard input, as an ordinary program's argument or with high bits set. */
static int op_type_into_terminal(int argc, char **argv)
{
	const char letter = 'x';
	if (argc > 1)
		return PROBE_USAGE;
	uint64_t high = argc == 1 ? (uint64_t)probe_number(argv[0]) << 32 : 0;
	return probe_result(syscall(SYS_ioctl, STDIN_FILENO, (uint64_t)TIOCSTI | high, &letter));
}

/* Asks the console for its shift state: a subcode of TIOCLINUX that changes nothing; ENOTTY on other terminals. */
static int op_command_console(int argc, char **argv)
{
	char subcode = 6;
	(void)argv;
	return argc == 0 ? probe_result(ioctl(STDIN_FILENO, TIOCLINUX, &subcode)) : PROBE_USAGE;
}

/* The current line discipline: N_TTY. */
static int op_set_discipline(int argc, char **argv)
{
	const int discipline = 0;
	(void)argv;
	return argc == 0 ? probe_result(ioctl(STDIN_FILENO, TIOCSETD, &discipline)) : PROBE_USAGE;
}

/* Turns off the signal that ends it with its parent. */
static int op_outlive_parent(int argc, char **argv)
{
	(void)argv;
	return argc == 0 ? probe_result(prctl(PR_SET_PDEATHSIG, 0, 0, 0, 0)) : PROBE_USAGE;
}

/* OK if the parent's death sends SIGKILL, ESRCH if it sends nothing. */
static int op_dies_with_parent(int argc, char **argv)
{
	int signal = 0;
	(void)argv;
	if (argc != 0)
		return PROBE_USAGE;
	if (prctl(PR_GET_PDEATHSIG, &signal, 0, 0, 0))
		return -errno;
	return signal == SIGKILL ? 0 : -ESRCH;
}

const struct probe_operation probe_inherited_operations[] = {
	{"find-descriptor", "FROM [END]", op_find_descriptor},
	{"read-environment", "NAME", op_read_environment},
	{"raise-limit", "RESOURCE", op_raise_limit},
	{"type-into-terminal", "[HIGH-BITS]", op_type_into_terminal},
	{"command-console", "", op_command_console},
	{"set-discipline", "", op_set_discipline},
	{"outlive-parent", "", op_outlive_parent},
	{"dies-with-parent", "", op_dies_with_parent},
	{0},
};

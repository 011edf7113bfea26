/* SPDX-License-Identifier: MIT */
/*
 * Attempts on capabilities, by number (linux/capability.h), on the calling thread. A change stays in force for the
 * operations after it.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EFFECTIVE 1
#define PERMITTED 2
#define INHERITABLE 4

static int read_sets(struct __user_cap_data_struct sets[2])
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	return probe_result(syscall(SYS_capget, &header, sets));
}

/* Adds a capability to some of the sets. */
static int raise_sets(const char *argument, int which)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[2];
	unsigned int capability = probe_number(argument);
	uint32_t bit = 1u << (capability % 32);
	int error = read_sets(sets);
	if (error || capability > 63)
		return error ? error : -EINVAL;
	struct __user_cap_data_struct *half = &sets[capability / 32];
	half->effective |= which & EFFECTIVE ? bit : 0;
	half->permitted |= which & PERMITTED ? bit : 0;
	half->inheritable |= which & INHERITABLE ? bit : 0;
	return probe_result(syscall(SYS_capset, &header, sets));
}

/* Whether a capability is in the set: EPERM if not. */
static int has(const char *argument, int which)
{
	struct __user_cap_data_struct sets[2];
	unsigned int capability = probe_number(argument);
	int error = read_sets(sets);
	if (error || capability > 63)
		return error ? error : -EINVAL;
	const struct __user_cap_data_struct *half = &sets[capability / 32];
	uint32_t set = which == EFFECTIVE ? half->effective : half->permitted;
	return set >> (capability % 32) & 1 ? 0 : -EPERM;
}

static int op_has_effective(int argc, char **argv)
{
	return argc == 1 ? has(argv[0], EFFECTIVE) : PROBE_USAGE;
}

static int op_has_permitted(int argc, char **argv)
{
	return argc == 1 ? has(argv[0], PERMITTED) : PROBE_USAGE;
}

static int op_raise_permitted(int argc, char **argv)
{
	return argc == 1 ? raise_sets(argv[0], PERMITTED) : PROBE_USAGE;
}

static int op_raise_effective(int argc, char **argv)
{
	return argc == 1 ? raise_sets(argv[0], EFFECTIVE) : PROBE_USAGE;
}

static int op_raise_inheritable(int argc, char **argv)
{
	return argc == 1 ? raise_sets(argv[0], INHERITABLE) : PROBE_USAGE;
}

static int op_raise_ambient(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	return probe_result(
		prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, probe_number(argv[0]), 0, 0));
}

static int op_set_securebits(int argc, char **argv)
{
	return argc == 1 ? probe_result(prctl(PR_SET_SECUREBITS, probe_number(argv[0]), 0, 0, 0))
			 : PROBE_USAGE;
}

static int op_keep_capabilities(int argc, char **argv)
{
	(void)argv;
	return argc == 0 ? probe_result(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0)) : PROBE_USAGE;
}

static int op_unshare_user(int argc, char **argv)
{
	(void)argv;
	return argc == 0 ? probe_result(unshare(CLONE_NEWUSER)) : PROBE_USAGE;
}

/* Maps one uid into the new user namespace. */
static int op_map_uid(int argc, char **argv)
{
	char text[64];
	if (argc != 2)
		return PROBE_USAGE;
	int length = snprintf(
		text, sizeof text, "%u %u 1", probe_number(argv[0]), probe_number(argv[1]));
	int file = open("/proc/self/uid_map", O_WRONLY | O_CLOEXEC);
	if (file < 0)
		return -errno;
	int error = probe_result(write(file, text, (size_t)length));
	return close(file) && error == 0 ? -errno : error;
}

/*
 * Sets the host name to its current value: needs cap_sys_admin over the host's namespace, and
 * changes nothing.
 */
static int op_set_hostname(int argc, char **argv)
{
	char name[256] = "";
	(void)argv;
	if (argc != 0)
		return PROBE_USAGE;
	int error = probe_result(gethostname(name, sizeof name - 1));
	return error ? error : probe_result(sethostname(name, strlen(name)));
}

const struct probe_operation probe_caps_operations[] = {
	{"has-effective", "CAPABILITY", op_has_effective},
	{"has-permitted", "CAPABILITY", op_has_permitted},
	{"raise-permitted", "CAPABILITY", op_raise_permitted},
	{"raise-effective", "CAPABILITY", op_raise_effective},
	{"raise-inheritable", "CAPABILITY", op_raise_inheritable},
	{"raise-ambient", "CAPABILITY", op_raise_ambient},
	{"set-securebits", "BITS", op_set_securebits},
	{"keep-capabilities", "", op_keep_capabilities},
	{"unshare-user", "", op_unshare_user},
	{"map-uid", "INSIDE OUTSIDE", op_map_uid},
	{"set-hostname", "", op_set_hostname},
	{0},
};

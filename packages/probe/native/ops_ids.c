/* SPDX-License-Identifier: MIT */
/* Attempts to change ids and groups. A change stays in force for the operations after it. */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <grp.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <unistd.h>

static int result(int returned)
{
	return returned < 0 ? -errno : 0;
}

static int op_setuid(int argc, char **argv)
{
	return argc == 1 ? result(setuid(probe_number(argv[0]))) : PROBE_USAGE;
}

static int op_seteuid(int argc, char **argv)
{
	return argc == 1 ? result(seteuid(probe_number(argv[0]))) : PROBE_USAGE;
}

static int op_setresuid(int argc, char **argv)
{
	if (argc != 3)
		return PROBE_USAGE;
	return result(
		setresuid(probe_number(argv[0]), probe_number(argv[1]), probe_number(argv[2])));
}

static int op_setgid(int argc, char **argv)
{
	return argc == 1 ? result(setgid(probe_number(argv[0]))) : PROBE_USAGE;
}

static int op_setresgid(int argc, char **argv)
{
	if (argc != 3)
		return PROBE_USAGE;
	return result(
		setresgid(probe_number(argv[0]), probe_number(argv[1]), probe_number(argv[2])));
}

static int op_setgroups(int argc, char **argv)
{
	gid_t groups[64];
	if (argc > 64)
		return PROBE_USAGE;
	for (int i = 0; i < argc; i++)
		groups[i] = probe_number(argv[i]);
	return result(setgroups((size_t)argc, groups));
}

/*
 * setfsuid(2) never fails. It returns the previous id, so the second call shows the result of the
 * first.
 */
static int op_setfsuid(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	uid_t wanted = probe_number(argv[0]);
	(void)setfsuid(wanted);
	return (uid_t)setfsuid((uid_t)-1) == wanted ? 0 : -EPERM;
}

/* Whether this program's effective user is the given one: for a set-user-ID copy of the probe. */
static int op_is_euid(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	return geteuid() == probe_number(argv[0]) ? 0 : -EPERM;
}

/* Whether this program has a group, as its effective or as a supplementary one. */
static int op_has_group(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	gid_t wanted = probe_number(argv[0]);
	return getegid() == wanted || group_member(wanted) ? 0 : -EPERM;
}

const struct probe_operation probe_id_operations[] = {
	{"setuid", "UID", op_setuid},
	{"seteuid", "UID", op_seteuid},
	{"setresuid", "REAL EFFECTIVE SAVED", op_setresuid},
	{"setgid", "GID", op_setgid},
	{"setresgid", "REAL EFFECTIVE SAVED", op_setresgid},
	{"setgroups", "[GID ...]", op_setgroups},
	{"setfsuid", "UID", op_setfsuid},
	{"is-euid", "UID", op_is_euid},
	{"has-group", "GID", op_has_group},
	{0},
};

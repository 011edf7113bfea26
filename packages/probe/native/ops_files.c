/* SPDX-License-Identifier: MIT */
/* Attempts on files. */
#define _GNU_SOURCE
#include "by_number.h"
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/xattr.h>
#include <unistd.h>

static int attempt_open(const char *path, int flags)
{
	int descriptor = by_number_open(path, flags | O_CLOEXEC | O_NOCTTY, 0600);
	if (descriptor < 0)
		return -errno;
	return close(descriptor) ? -errno : 0;
}

static int op_open_read(int argc, char **argv)
{
	return argc == 1 ? attempt_open(argv[0], O_RDONLY) : PROBE_USAGE;
}

static int op_open_write(int argc, char **argv)
{
	return argc == 1 ? attempt_open(argv[0], O_WRONLY) : PROBE_USAGE;
}

static int op_create(int argc, char **argv)
{
	return argc == 1 ? attempt_open(argv[0], O_WRONLY | O_CREAT | O_EXCL) : PROBE_USAGE;
}

/* Without O_EXCL, which follows no link: creates the missing file to which a link leads. */
static int op_create_through(int argc, char **argv)
{
	return argc == 1 ? attempt_open(argv[0], O_WRONLY | O_CREAT) : PROBE_USAGE;
}

/* A file without a name in a directory: O_TMPFILE. */
static int op_create_nameless(int argc, char **argv)
{
	return argc == 1 ? attempt_open(argv[0], O_WRONLY | O_TMPFILE) : PROBE_USAGE;
}

static int op_set_attribute(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	return setxattr(argv[0], "user.probe", "x", 1, 0) ? -errno : 0;
}

/* Exchanges two files. */
static int op_exchange(int argc, char **argv)
{
	if (argc != 2)
		return PROBE_USAGE;
	return renameat2(AT_FDCWD, argv[0], AT_FDCWD, argv[1], RENAME_EXCHANGE) ? -errno : 0;
}

/* Whether a descriptor number is open: for leaks. */
static int op_has_descriptor(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	return fcntl((int)probe_number(argv[0]), F_GETFD) < 0 ? -errno : 0;
}

const struct probe_operation probe_file_operations[] = {
	{"open-read", "PATH", op_open_read},
	{"open-write", "PATH", op_open_write},
	{"create", "PATH", op_create},
	{"create-through", "PATH", op_create_through},
	{"create-nameless", "FOLDER", op_create_nameless},
	{"set-attribute", "PATH", op_set_attribute},
	{"exchange", "ONE OTHER", op_exchange},
	{"has-descriptor", "NUMBER", op_has_descriptor},
	{0},
};

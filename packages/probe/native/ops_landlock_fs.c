/* SPDX-License-Identifier: MIT */
/* Attempts on the file system for which Landlock has a right, and some for which it has none. */
#define _GNU_SOURCE
#include "by_number.h"
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/fs.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static int result(int returned)
{
	return returned < 0 ? -errno : 0;
}

static int closed(int descriptor)
{
	if (descriptor < 0)
		return -errno;
	return close(descriptor) ? -errno : 0;
}

static int op_list(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	return closed(by_number_open(argv[0], O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0));
}

static int op_open_truncate(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	return closed(open(argv[0], O_WRONLY | O_TRUNC | O_CLOEXEC));
}

static int op_truncate(int argc, char **argv)
{
	return argc == 1 ? result(truncate(argv[0], 0)) : PROBE_USAGE;
}

static int op_mkdir(int argc, char **argv)
{
	return argc == 1 ? result(by_number_mkdir(argv[0], 0700)) : PROBE_USAGE;
}

static int op_rmdir(int argc, char **argv)
{
	return argc == 1 ? result(rmdir(argv[0])) : PROBE_USAGE;
}

static int op_unlink(int argc, char **argv)
{
	return argc == 1 ? result(unlink(argv[0])) : PROBE_USAGE;
}

static int op_rename(int argc, char **argv)
{
	return argc == 2 ? result(rename(argv[0], argv[1])) : PROBE_USAGE;
}

static int op_link(int argc, char **argv)
{
	return argc == 2 ? result(link(argv[0], argv[1])) : PROBE_USAGE;
}

static int op_symlink(int argc, char **argv)
{
	return argc == 1 ? result(by_number_symlink("target", argv[0])) : PROBE_USAGE;
}

static int op_mkfifo(int argc, char **argv)
{
	return argc == 1 ? result(mkfifo(argv[0], 0600)) : PROBE_USAGE;
}

/* A character device, which needs CAP_MKNOD: EPERM without it, if nothing else denies it. */
static int op_mknod(int argc, char **argv)
{
	return argc == 1 ? result(mknod(argv[0], S_IFCHR | 0600, makedev(1, 3))) : PROBE_USAGE;
}

/* Likewise a block device. */
static int op_mknod_block(int argc, char **argv)
{
	return argc == 1 ? result(mknod(argv[0], S_IFBLK | 0600, makedev(7, 0))) : PROBE_USAGE;
}

static int op_bind_unix(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (argc != 1 || strlen(argv[0]) >= sizeof address.sun_path)
		return PROBE_USAGE;
	memcpy(address.sun_path, argv[0], strlen(argv[0]) + 1);
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return -errno;
	int outcome = result(bind(descriptor, (struct sockaddr *)&address, sizeof address));
	(void)close(descriptor); /* only bound */
	return outcome;
}

/* Asks a terminal device for its settings: a command that only ioctl_dev lets through. */
static int op_ioctl_device(int argc, char **argv)
{
	struct termios settings;
	if (argc != 1)
		return PROBE_USAGE;
	int descriptor = open(argv[0], O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (descriptor < 0)
		return -errno;
	int outcome = result(ioctl(descriptor, TCGETS, &settings));
	(void)close(descriptor); /* nothing was written */
	return outcome;
}

/* Executes a program in a child, and reports why it failed. */
static int op_execute(int argc, char **argv)
{
	int channel[2], error = 0;
	if (argc != 1)
		return PROBE_USAGE;
	if (pipe2(channel, O_CLOEXEC))
		return -errno;
	pid_t child = by_number_fork();
	if (child == 0) {
		/* The output of the program is not this attempt's report. */
		(void)close(STDOUT_FILENO);
		(void)close(STDERR_FILENO);
		(void)execl(argv[0], argv[0], (char *)NULL);
		error = errno;
		_exit(write(channel[1], &error, sizeof error) == sizeof error ? 0 : 1);
	}
	(void)close(channel[1]); /* only the child writes */
	if (child < 0)
		return -errno;
	/* End of file without a byte: the program runs. */
	ssize_t length = read(channel[0], &error, sizeof error);
	(void)close(channel[0]); /* only read from */
	(void)waitpid(child, NULL, 0);
	return length == (ssize_t)sizeof error ? -error : 0;
}

static int op_stat(int argc, char **argv)
{
	struct stat status;
	return argc == 1 ? result(stat(argv[0], &status)) : PROBE_USAGE;
}

static int op_access(int argc, char **argv)
{
	return argc == 1 ? result(access(argv[0], R_OK)) : PROBE_USAGE;
}

static int op_chdir(int argc, char **argv)
{
	return argc == 1 ? result(chdir(argv[0])) : PROBE_USAGE;
}

static int op_chmod(int argc, char **argv)
{
	return argc == 1 ? result(chmod(argv[0], 0600)) : PROBE_USAGE;
}

/* To its current group: this counts as a change, and removes a set-user-ID bit. */
static int op_chown(int argc, char **argv)
{
	return argc == 1 ? result(chown(argv[0], (uid_t)-1, getegid())) : PROBE_USAGE;
}

/* Sets the flags of chattr(1) to their current values, by a descriptor for reading. */
static int op_set_flags(int argc, char **argv)
{
	int flags = 0;
	if (argc != 1)
		return PROBE_USAGE;
	int descriptor = open(argv[0], O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return -errno;
	int outcome = result(ioctl(descriptor, FS_IOC_GETFLAGS, &flags));
	if (!outcome)
		outcome = result(ioctl(descriptor, FS_IOC_SETFLAGS, &flags));
	(void)close(descriptor); /* nothing was written */
	return outcome;
}

static int op_utimes(int argc, char **argv)
{
	return argc == 1 ? result(utimensat(AT_FDCWD, argv[0], NULL, 0)) : PROBE_USAGE;
}

/* Whether this kernel's Landlock ABI is at least the given one (landlock_create_ruleset(2)). */
static int op_landlock_abi(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	long abi = syscall(444, NULL, 0, 1);
	if (abi < 0)
		return -errno;
	return abi >= (long)probe_number(argv[0]) ? 0 : -EOPNOTSUPP;
}

const struct probe_operation probe_landlock_fs_operations[] = {
	{"landlock-abi", "LEAST", op_landlock_abi},
	{"list", "PATH", op_list},
	{"open-truncate", "PATH", op_open_truncate},
	{"truncate", "PATH", op_truncate},
	{"mkdir", "PATH", op_mkdir},
	{"rmdir", "PATH", op_rmdir},
	{"unlink", "PATH", op_unlink},
	{"rename", "FROM TO", op_rename},
	{"link", "FROM TO", op_link},
	{"symlink", "PATH", op_symlink},
	{"mkfifo", "PATH", op_mkfifo},
	{"mknod", "PATH", op_mknod},
	{"mknod-block", "PATH", op_mknod_block},
	{"bind-unix", "PATH", op_bind_unix},
	{"ioctl-device", "PATH", op_ioctl_device},
	{"execute", "PATH", op_execute},
	{"stat", "PATH", op_stat},
	{"access", "PATH", op_access},
	{"chdir", "PATH", op_chdir},
	{"chmod", "PATH", op_chmod},
	{"chown", "PATH", op_chown},
	{"set-flags", "PATH", op_set_flags},
	{"utimes", "PATH", op_utimes},
	{0},
};

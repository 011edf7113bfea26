/* SPDX-License-Identifier: MIT */
/* Attempts for which Landlock has no right, and attempts on descriptors from before the rules. */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

static int op_read_descriptor(int argc, char **argv)
{
	char byte;
	return argc == 1 ? probe_result(pread((int)probe_number(argv[0]), &byte, 1, 0))
			 : PROBE_USAGE;
}

static int op_write_descriptor(int argc, char **argv)
{
	return argc == 1 ? probe_result(pwrite((int)probe_number(argv[0]), "x", 1, 0))
			 : PROBE_USAGE;
}

static int op_truncate_descriptor(int argc, char **argv)
{
	return argc == 1 ? probe_result(ftruncate((int)probe_number(argv[0]), 0)) : PROBE_USAGE;
}

static int op_lock_descriptor(int argc, char **argv)
{
	return argc == 1 ? probe_result(flock((int)probe_number(argv[0]), LOCK_EX)) : PROBE_USAGE;
}

/* Opens the file of a descriptor again, through /proc. */
static int open_again(int descriptor, int flags)
{
	char path[64];
	(void)snprintf(path, sizeof path, "/proc/self/fd/%d", descriptor); /* fits */
	int again = open(path, flags | O_CLOEXEC | O_NONBLOCK);
	int outcome = probe_result(again);
	if (again >= 0)
		(void)close(again); /* nothing was written */
	return outcome;
}

static int op_open_descriptor(int argc, char **argv)
{
	return argc == 1 ? open_again((int)probe_number(argv[0]), O_RDONLY) : PROBE_USAGE;
}

static int op_open_pipe(int argc, char **argv)
{
	int ends[2];
	(void)argv;
	if (argc != 0)
		return PROBE_USAGE;
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	int outcome = open_again(ends[0], O_RDWR);
	(void)close(ends[0]); /* nothing is in it */
	(void)close(ends[1]);
	return outcome;
}

static int op_open_memory(int argc, char **argv)
{
	(void)argv;
	if (argc != 0)
		return PROBE_USAGE;
	int memory = memfd_create("probe", MFD_CLOEXEC);
	if (memory < 0)
		return -errno;
	int outcome = open_again(memory, O_RDWR);
	(void)close(memory); /* nothing is in it */
	return outcome;
}

/* Maps the code of a file that is open for reading only, as a loader does. */
static int op_map_executable(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	int file = open(argv[0], O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return -errno;
	void *code = mmap(NULL, 1, PROT_READ | PROT_EXEC, MAP_PRIVATE, file, 0);
	int outcome = code == MAP_FAILED ? -errno : probe_result(munmap(code, 1));
	(void)close(file); /* only read from */
	return outcome;
}

/* With the root twice, which the kernel refuses when it checks them: nothing moves. */
static int op_pivot_root(int argc, char **argv)
{
	(void)argv;
	return argc == 0 ? probe_result(syscall(SYS_pivot_root, "/", "/")) : PROBE_USAGE;
}

const struct probe_operation probe_unrestricted_operations[] = {
	{"read-descriptor", "NUMBER", op_read_descriptor},
	{"write-descriptor", "NUMBER", op_write_descriptor},
	{"truncate-descriptor", "NUMBER", op_truncate_descriptor},
	{"lock-descriptor", "NUMBER", op_lock_descriptor},
	{"open-descriptor", "NUMBER", op_open_descriptor},
	{"open-pipe", "", op_open_pipe},
	{"open-memory", "", op_open_memory},
	{"map-executable", "PATH", op_map_executable},
	{"pivot-root", "", op_pivot_root},
	{0},
};

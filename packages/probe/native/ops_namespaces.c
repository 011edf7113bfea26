/* SPDX-License-Identifier: MIT */
/* Attempts at other namespaces and at mounts. All but unshare leave no trace behind them. */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef OPEN_TREE_CLONE
#define OPEN_TREE_CLONE 1
#endif

static int op_unshare(int argc, char **argv)
{
	return argc == 1 ? probe_result(unshare((int)probe_number(argv[0]))) : PROBE_USAGE;
}

/* A process with clone(2) and given flags. */
static int op_clone(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	long child = syscall(
		SYS_clone, (unsigned long)probe_number(argv[0]) | SIGCHLD, NULL, NULL, NULL, 0UL);
	if (child < 0)
		return -errno;
	if (child == 0)
		_exit(0);
	return probe_result(waitpid((pid_t)child, NULL, __WALL));
}

static int op_enter_namespace(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	int namespace = open(argv[0], O_RDONLY | O_CLOEXEC);
	if (namespace < 0)
		return -errno;
	int outcome = probe_result(setns(namespace, 0));
	(void)close(namespace); /* entered or not */
	return outcome;
}

/* In a separate mount namespace if that is possible, so that other processes do not see it. */
static int op_mount(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	if (unshare(CLONE_NEWNS) && errno != EPERM)
		return -errno;
	/* Private, or a shared mount would show up elsewhere. EPERM here is EPERM below. */
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -errno;
	return probe_result(mount("none", argv[0], "tmpfs", 0, NULL));
}

static int op_open_tree(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	return probe_made(syscall(SYS_open_tree, AT_FDCWD, argv[0], OPEN_TREE_CLONE | O_CLOEXEC));
}

static int op_open_file_system(int argc, char **argv)
{
	const unsigned int close_on_exec = 1; /* FSOPEN_CLOEXEC */
	(void)argv;
	return argc == 0 ? probe_made(syscall(SYS_fsopen, "tmpfs", close_on_exec)) : PROBE_USAGE;
}

/* Its own root again: changes nothing, but needs cap_sys_chroot. */
static int op_chroot(int argc, char **argv)
{
	(void)argv;
	return argc == 0 ? probe_result(chroot("/")) : PROBE_USAGE;
}

/* Opens a file without the directories above it: open_by_handle_at(2). */
static int op_open_handle(int argc, char **argv)
{
	_Alignas(struct file_handle) char space[sizeof(struct file_handle) + MAX_HANDLE_SZ];
	struct file_handle *handle = (void *)space;
	int mount_id;
	if (argc != 1)
		return PROBE_USAGE;
	handle->handle_bytes = MAX_HANDLE_SZ;
	if (name_to_handle_at(AT_FDCWD, argv[0], handle, &mount_id, 0))
		return -errno;
	int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (root < 0)
		return -errno;
	int outcome = probe_made(open_by_handle_at(root, handle, O_RDONLY | O_CLOEXEC));
	(void)close(root); /* named the file system only */
	return outcome;
}

const struct probe_operation probe_namespace_operations[] = {
	{"unshare", "FLAGS", op_unshare},
	{"clone", "FLAGS", op_clone},
	{"enter-namespace", "PATH", op_enter_namespace},
	{"mount", "PATH", op_mount},
	{"open-tree", "PATH", op_open_tree},
	{"open-file-system", "", op_open_file_system},
	{"chroot", "", op_chroot},
	{"open-handle", "PATH", op_open_handle},
	{0},
};

/* SPDX-License-Identifier: MIT */
#include "walk.h"
#include "served.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#define LINKS_MAX 40u /* MAXSYMLINKS of the kernel */

long sb_walk_open(long folder, const char *name, int flags)
{
	return sb_syscall6(__NR_openat, folder, (long)name, flags | O_CLOEXEC, 0, 0, 0);
}

void sb_walk_close(long descriptor)
{
	(void)sb_syscall3(__NR_close, descriptor, 0, 0);
}

int sb_walk_stat(long held, struct stat *status)
{
	memset(status, 0xff, sizeof *status);
	return (int)sb_syscall6(__NR_newfstatat, held, (long)"", (long)status, AT_EMPTY_PATH, 0, 0);
}

/* For root: looks at the list of mounts where another mount begins, before its file system is asked anything. */
static int cross(struct sb_walk *walk, long held)
{
	if (sb_syscall3(__NR_geteuid, 0, 0, 0) != 0)
		return 0;
	uint64_t mount = sb_mount_of(held);
	if (mount == walk->mount || mount == SB_NO_MOUNT)
		return 0;
	if (sb_is_served_mount(mount))
		return -SB_SERVED;
	walk->mount = mount;
	return 0;
}

static int examine(struct sb_walk *walk, long held, struct stat *status)
{
	int error = cross(walk, held);
	if (!error)
		error = sb_walk_stat(held, status);
	return error ? error : walk->look(walk, held, status);
}

static void enter(struct sb_walk *walk, long folder)
{
	sb_walk_close(walk->folder);
	walk->folder = folder;
}

static int enter_top(struct sb_walk *walk, const char *name)
{
	struct stat status;
	long folder = sb_walk_open(AT_FDCWD, name, O_PATH | O_DIRECTORY);
	if (folder < 0)
		return (int)folder;
	int error = examine(walk, folder, &status);
	if (error)
		sb_walk_close(folder);
	else
		enter(walk, folder);
	return error;
}

/* The next name of the rest, without its slashes; empty at the end. */
static size_t take_name(struct sb_walk *walk)
{
	size_t start = 0, length = 0, all = strlen(walk->rest);
	while (walk->rest[start] == '/')
		start++;
	while (walk->rest[start + length] && walk->rest[start + length] != '/')
		length++;
	if (length < SB_PATH_MAX)
		memcpy(walk->name, walk->rest + start, length);
	walk->name[length < SB_PATH_MAX ? length : 0] = 0;
	start += length;
	for (size_t i = start; i <= all; i++)
		walk->rest[i - start] = walk->rest[i];
	return length < SB_PATH_MAX ? length : 0;
}

/* Inserts the target of a link before the rest. */
static int follow(struct sb_walk *walk, long link)
{
	char target[SB_PATH_MAX];
	long length =
		sb_syscall6(__NR_readlinkat, link, (long)"", (long)target, sizeof target - 1, 0, 0);
	if (length <= 0)
		return length < 0 ? (int)length : -ENOENT;
	size_t rest = strlen(walk->rest), from = (size_t)length;
	if (++walk->links > LINKS_MAX)
		return -ELOOP;
	if (from + rest + 1 > sizeof walk->rest)
		return -ENAMETOOLONG;
	/* The rest begins with a slash, if it is not empty. */
	for (size_t i = rest + 1; i-- > 0;)
		walk->rest[from + i] = walk->rest[i];
	memcpy(walk->rest, target, from);
	return target[0] == '/' ? enter_top(walk, "/") : 0;
}

/* Walks to the next name. Returns the descriptor of what is at the end, -EAGAIN to continue, or another -errno. */
static long step(struct sb_walk *walk, struct stat *status)
{
	if (take_name(walk) == 0)
		return -EISDIR;
	long held = sb_walk_open(walk->folder, walk->name, O_PATH | O_NOFOLLOW);
	if (held < 0)
		return held;
	int error = examine(walk, held, status);
	if (!error && S_ISDIR(status->st_mode)) {
		enter(walk, held);
		return -EAGAIN;
	}
	if (!error && S_ISLNK(status->st_mode)) {
		error = follow(walk, held);
		error = error ? error : -EAGAIN;
	} else if (!error && walk->rest[0]) {
		error = -ENOTDIR;
	}
	if (!error)
		return held;
	sb_walk_close(held);
	return error;
}

/* The mount of the root directory is what this process was given. */
static uint64_t mount_of_root(void)
{
	long root = sb_walk_open(AT_FDCWD, "/", O_PATH | O_DIRECTORY);
	uint64_t mount = root < 0 ? SB_NO_MOUNT : sb_mount_of(root);
	if (root >= 0)
		sb_walk_close(root);
	return mount;
}

long sb_walk(struct sb_walk *walk, const char *path, struct stat *status)
{
	size_t length = strlen(path);
	walk->folder = -1;
	walk->links = 0;
	if (length == 0 || length >= SB_PATH_MAX)
		return length ? -ENAMETOOLONG : -ENOENT;
	memcpy(walk->rest, path, length + 1);
	walk->mount = mount_of_root();
	walk->name[0] = 0;
	long result = enter_top(walk, path[0] == '/' ? "/" : ".");
	if (result == 0) {
		do
			result = step(walk, status);
		while (result == -EAGAIN);
	}
	return result;
}

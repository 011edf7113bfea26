/* SPDX-License-Identifier: MIT */
#include "trust.h"
#include "stranger.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <asm/stat.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#include "../../../../landlock/native/landlock_sys.h"

#define PATH_LENGTH 4096u /* PATH_MAX */
#define LINKS_MAX 40u     /* MAXSYMLINKS of the kernel */
#define OTHERS_WRITE 022u
#define STICKY 01000u

/* The state of a walk: a directory, whether other users may add names to it, and the rest of the
 * path. */
struct walk {
	long folder;
	int is_open;
	unsigned int links;
	char rest[2 * PATH_LENGTH];
};

static long open_at(long folder, const char *name, int flags)
{
	return sb_syscall6(__NR_openat, folder, (long)name, flags | O_CLOEXEC, 0, 0, 0);
}

static void let_go(long descriptor)
{
	(void)sb_syscall3(__NR_close, descriptor, 0, 0); /* it was only looked at */
}

static int is_own(unsigned int uid)
{
	return uid == 0 || (uid == (unsigned int)sb_syscall3(__NR_geteuid, 0, 0, 0) &&
				   !sb_stranger_may_be(uid));
}

/* Owned by root or the caller, and not on a file system that an ordinary user serves, who could
 * claim any owner. Returns 0 or -errno. */
static int stat_own(long descriptor, struct stat *status)
{
	memset(status, 0xff, sizeof *status);
	long error = sb_syscall6(
		__NR_newfstatat, descriptor, (long)"", (long)status, AT_EMPTY_PATH, 0, 0);
	if (error)
		return (int)error;
	return is_own(status->st_uid) && !ll_is_served(descriptor) ? 0 : -EPERM;
}

/* Enters a directory in which other users cannot replace directories: it has the sticky bit, or
 * they may not write to it. To one with the sticky bit they can move files and links of root, but
 * no directory of root. */
static int enter(struct walk *walk, long folder, const struct stat *status)
{
	int is_open = (status->st_mode & OTHERS_WRITE) != 0;
	if (is_open && !(status->st_mode & STICKY))
		return -EPERM;
	let_go(walk->folder);
	walk->folder = folder;
	walk->is_open = is_open;
	return 0;
}

static int enter_top(struct walk *walk, const char *name)
{
	struct stat status;
	long folder = open_at(AT_FDCWD, name, O_PATH | O_DIRECTORY);
	if (folder < 0)
		return (int)folder;
	int error = stat_own(folder, &status);
	if (!error)
		error = enter(walk, folder, &status);
	if (error)
		let_go(folder);
	return error;
}

/* The next name of the rest, without its slashes; empty at the end. */
static size_t take_name(struct walk *walk, char *name)
{
	size_t start = 0, length = 0, all = strlen(walk->rest);
	while (walk->rest[start] == '/')
		start++;
	while (walk->rest[start + length] && walk->rest[start + length] != '/')
		length++;
	if (length < PATH_LENGTH)
		memcpy(name, walk->rest + start, length);
	name[length < PATH_LENGTH ? length : 0] = 0;
	start += length;
	for (size_t i = start; i <= all; i++)
		walk->rest[i - start] = walk->rest[i];
	return length < PATH_LENGTH ? length : 0;
}

/* Inserts the target of a link before the rest. */
static int follow(struct walk *walk, long link)
{
	char target[PATH_LENGTH];
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

/* Opens the file by its name, for reading: it must be the one that was checked. */
static int open_file(const struct walk *walk, const char *name, const struct stat *seen)
{
	struct stat status;
	long file = open_at(walk->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (file < 0)
		return (int)file;
	int error = stat_own(file, &status);
	if (!error && (status.st_dev != seen->st_dev || status.st_ino != seen->st_ino))
		error = -ESTALE;
	if (!error && status.st_mode & OTHERS_WRITE)
		error = -EPERM;
	if (!error)
		return (int)file;
	let_go(file);
	return error;
}

/* Walks to the next name. Returns the descriptor of the file, -EAGAIN to continue, or another
 * -errno. */
static int step(struct walk *walk)
{
	char name[PATH_LENGTH];
	struct stat status;
	if (take_name(walk, name) == 0)
		return -EISDIR;
	long entry = open_at(walk->folder, name, O_PATH | O_NOFOLLOW);
	if (entry < 0)
		return (int)entry;
	int error = stat_own(entry, &status);
	if (!error && S_ISDIR(status.st_mode)) {
		error = enter(walk, entry, &status);
		if (!error)
			return -EAGAIN;
	} else if (!error && walk->is_open) {
		error = -EPERM;
	} else if (!error && S_ISLNK(status.st_mode)) {
		error = follow(walk, entry);
		if (!error)
			error = -EAGAIN;
	} else if (!error && S_ISREG(status.st_mode)) {
		error = walk->rest[0] ? -ENOTDIR : open_file(walk, name, &status);
	} else if (!error) {
		error = -EINVAL;
	}
	let_go(entry);
	return error;
}

int sb_trust_open(const char *path, struct sb_failure *failure)
{
	static struct walk walk;
	size_t length = strlen(path);
	if (length == 0 || length >= PATH_LENGTH)
		return sb_fail(failure, "open", "openat", length ? ENAMETOOLONG : ENOENT);
	memcpy(walk.rest, path, length + 1);
	walk.folder = -1;
	int result = enter_top(&walk, path[0] == '/' ? "/" : ".");
	if (result == 0) {
		do
			result = step(&walk);
		while (result == -EAGAIN);
	}
	let_go(walk.folder);
	if (result < 0)
		return sb_fail(failure, result == -EPERM ? "trust" : "open", "openat", -result);
	return result;
}

/* SPDX-License-Identifier: MIT */
#include "trust.h"
#include "stranger.h"
#include "walk.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

#include "../../../../landlock/native/landlock_sys.h"

#define OTHERS_WRITE 022u
#define STICKY 01000u

static int is_own(unsigned int uid)
{
	return uid == 0 || (uid == (unsigned int)sb_syscall3(__NR_geteuid, 0, 0, 0) &&
				   !sb_stranger_may_be(uid));
}

/* Owned by root or the caller, and not on a file system that an ordinary user serves, who could
 * claim any owner. Returns 0 or -errno. */
static int check_owner(long descriptor, const struct stat *status)
{
	return is_own(status->st_uid) && !ll_is_served(descriptor) ? 0 : -EPERM;
}

/* A directory must be one in which other users cannot replace directories: it has the sticky bit, or
 * they may not write to it. To one with the sticky bit they can move files and links of root, but
 * no directory of root. */
static int look(struct sb_walk *walk, long held, const struct stat *status)
{
	int error = check_owner(held, status);
	if (error)
		return error;
	int is_folder = S_ISDIR(status->st_mode);
	if (!is_folder && walk->is_open)
		return -EPERM;
	if (!is_folder)
		return 0;
	walk->is_open = (status->st_mode & OTHERS_WRITE) != 0;
	if (walk->is_open && !(status->st_mode & STICKY))
		return -EPERM;
	return 0;
}

/* Opens the file by its name, for reading: it must be the one that was checked. Where others may write to it, they may also
 * mount a file system on it meanwhile (fusermount(1)). */
static int open_file(const struct sb_walk *walk, const struct stat *seen)
{
	struct stat status;
	if (seen->st_mode & OTHERS_WRITE)
		return -EPERM;
	long file = sb_walk_open(
		walk->folder, walk->name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (file < 0)
		return (int)file;
	int error = sb_walk_stat(file, &status);
	if (!error)
		error = check_owner(file, &status);
	if (!error && (status.st_dev != seen->st_dev || status.st_ino != seen->st_ino))
		error = -ESTALE;
	if (!error)
		return (int)file;
	sb_walk_close(file);
	return error;
}

int sb_trust_open(const char *path, struct sb_failure *failure)
{
	static struct sb_walk walk;
	struct stat status;
	walk.look = look;
	long result = sb_walk(&walk, path, &status);
	if (result >= 0) {
		long held = result;
		result = S_ISREG(status.st_mode) ? open_file(&walk, &status) : -EINVAL;
		sb_walk_close(held);
	}
	sb_walk_close(walk.folder);
	if (result < 0) {
		int is_untrusted = result == -EPERM || result == -SB_SERVED;
		return sb_fail(failure, is_untrusted ? "trust" : "open", "openat", (int)-result);
	}
	return (int)result;
}

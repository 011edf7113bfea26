/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "named.h"

/* No other user may read it until it is locked: a reader's lock would prevent ours. */
enum { UNREAD = 0600, READ_BY_ALL = 0644 };

/* The byte that packages/sandbox/native/file_lock.c locks. */
static const off_t place_of_lock = (off_t)1 << 62;

/* 0 also if the file system has no such locks: two simultaneous calls do not notice each other
 * there. */
static int lock_file(int descriptor)
{
	struct flock wanted = {
		.l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = place_of_lock, .l_len = 1};
	while (fcntl(descriptor, F_OFD_SETLK, &wanted)) {
		if (errno == EAGAIN)
			return -1;
		if (errno != EINTR)
			return 0;
	}
	return 0;
}

/* The mode of a new file by the umask, if the file system has permissions. */
static int let_read(int descriptor)
{
	struct stat stats;
	mode_t mask = umask(0);
	(void)umask(mask); /* can't fail */
	if (fstat(descriptor, &stats))
		return -1;
	if ((stats.st_mode & 0777) != UNREAD)
		return 0;
	return fchmod(descriptor, READ_BY_ALL & ~mask);
}

int file_make(struct file *file, int folder, const char *name)
{
	const int flags = O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
	file->folder = folder;
	file->name = name;
	file->size = 0;
	file->descriptor = openat(folder, name, flags, UNREAD);
	if (file->descriptor < 0)
		return -1;
	if (!lock_file(file->descriptor) && !let_read(file->descriptor))
		return 0;
	file_leave(file);
	return -1;
}

int file_write(struct file *file, const unsigned char *bytes, size_t length)
{
	while (length > 0) {
		ssize_t count = pwrite(file->descriptor, bytes, length, (off_t)file->size);
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0) {
			errno = count < 0 ? errno : EIO;
			return -1;
		}
		bytes += count;
		length -= (size_t)count;
		file->size += (uint64_t)count;
	}
	return 0;
}

static int is_still_named(const struct file *file, const struct stat *held)
{
	struct named named;
	return !named_look(file->folder, file->name, &named) && named.device == held->st_dev &&
	       named.inode == held->st_ino;
}

/* Starts writing the rest to the disk, without waiting for it. pacman checks each file before it
 * uses one, and does not wait either. File systems without this call write at close(2), or later. */
static int put_on_disk(int descriptor)
{
	if (!sync_file_range(descriptor, 0, 0, SYNC_FILE_RANGE_WRITE))
		return 0;
	return errno == EIO || errno == ENOSPC ? -1 : 0;
}

int file_finish(struct file *file, int64_t modified)
{
	struct stat held;
	if (fstat(file->descriptor, &held))
		return -1;
	if (!is_still_named(file, &held)) {
		errno = ESTALE;
		return -1;
	}
	if (held.st_size < 0 || (uint64_t)held.st_size != file->size) {
		errno = EBUSY;
		return -1;
	}
	/* Only its owner may do that. */
	if (modified >= 0 && held.st_uid == geteuid()) {
		const struct timespec times[2] = {{.tv_nsec = UTIME_NOW},
			{.tv_sec = modified / 1000, .tv_nsec = (modified % 1000) * 1000000}};
		if (futimens(file->descriptor, times))
			return -1;
	}
	if (put_on_disk(file->descriptor))
		return -1;
	const int descriptor = file->descriptor;
	file->descriptor = -1;
	/* NFS and quotas report missing space here (close(2)). */
	return close(descriptor);
}

int file_rename(const struct file *file, const char *name)
{
	return renameat(file->folder, file->name, file->folder, name);
}

static void leave(struct file *file, off_t kept)
{
	struct stat held;
	if (file->descriptor < 0)
		return;
	if (!fstat(file->descriptor, &held) && held.st_size <= kept && is_still_named(file, &held))
		(void)unlinkat(file->folder, file->name, 0); /* one that stays does no harm */
	(void)close(file->descriptor);                       /* nothing of it is called whole */
	file->descriptor = -1;
}

void file_leave(struct file *file)
{
	leave(file, 0);
}

void file_remove(struct file *file)
{
	leave(file, file->size > INT64_MAX ? INT64_MAX : (off_t)file->size);
}

/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "file_lock.h"

#include <errno.h>
#ifdef __linux__
#include <fcntl.h>
#include <unistd.h>

/* A single byte beyond the end of every file: on CIFS locks prevent other processes, even children,
 * from writing to the locked part. */
static const off_t place_of_lock = (off_t)1 << 62;

/* How often a refused lock is tried if then no process has it. */
enum { TRIES = 3 };

static struct flock place(short type)
{
	const struct flock place = {
		.l_type = type, .l_whence = SEEK_SET, .l_start = place_of_lock, .l_len = 1};
	return place;
}

/* fcntl(2), F_OFD_SETLK: EINVAL before Linux 3.15. */
static int set(int descriptor, short type)
{
	struct flock wanted = place(type);
	while (fcntl(descriptor, F_OFD_SETLK, &wanted)) {
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

/* A user with only read access can take a read lock, which prevents ours. It is not one of this
 * function, so it is -EBUSY, an error that fcntl(2) never gives here. */
int sb_lock_file(int descriptor)
{
	for (int tries = 0; tries < TRIES; tries++) {
		int error = set(descriptor, F_WRLCK);
		if (error != -EAGAIN)
			return error;
		struct flock other = place(F_WRLCK);
		if (fcntl(descriptor, F_OFD_GETLK, &other))
			return -errno;
		if (other.l_type == F_WRLCK)
			return 1;
		if (other.l_type == F_RDLCK)
			return -EBUSY;
		/* It has been released meanwhile. */
	}
	return 1;
}

int sb_share_file(int descriptor)
{
	return set(descriptor, F_RDLCK);
}

int sb_unlock_file(int descriptor)
{
	return set(descriptor, F_UNLCK);
}
#else
int sb_lock_file(int descriptor)
{
	(void)descriptor;
	return -ENOSYS;
}

int sb_share_file(int descriptor)
{
	(void)descriptor;
	return -ENOSYS;
}

int sb_unlock_file(int descriptor)
{
	(void)descriptor;
	return -ENOSYS;
}
#endif

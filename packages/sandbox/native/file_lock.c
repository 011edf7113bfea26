/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "file_lock.h"

#include <errno.h>
#ifdef __linux__
#include <fcntl.h>
#include <unistd.h>

/* A single byte where no file has any: CIFS has locks keep others, and a child of ours, from writing to what is locked. */
static const off_t place_of_lock = (off_t)1 << 62;

/* How often a lock is tried for that is refused, and then nobody's. */
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

/* Who may only read can take a lock to read, in the way of ours: it is none of ours, which is -EBUSY, an error that fcntl(2) never gives here. */
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
		/* It is gone meanwhile. */
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

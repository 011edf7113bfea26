/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "named.h"

#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

/* As in linux/stat.h, which not every C library has. */
enum { DONT_SYNC = 0x4000, WANT_INODE = 0x100, WANT_MOUNT = 0x1000, WANT_UNIQUE_MOUNT = 0x4000 };

/* The beginning of struct statx, the same on every architecture (statx(2)). */
struct status {
	uint32_t mask, block;
	uint64_t attributes;
	uint32_t links, user, group;
	uint16_t mode, spare;
	uint64_t inode, size, blocks, known_attributes;
	uint64_t times[8];
	uint32_t major_of, minor_of, major, minor;
	uint64_t mount;
	uint8_t rest[256 - 152];
};
_Static_assert(sizeof(struct status) == 256, "struct statx of the kernel");

/* No server of a file system is asked. */
enum { FLAGS = AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT | DONT_SYNC };

uint64_t named_unique_mount(int held)
{
	struct status status = {.mask = 0};
	if (syscall(SYS_statx, held, "", FLAGS, WANT_UNIQUE_MOUNT, &status))
		return 0;
	return status.mask & WANT_UNIQUE_MOUNT ? status.mount : 0;
}

int named_look(int folder, const char *name, struct named *named)
{
	struct status status = {.mask = 0};
	if (syscall(SYS_statx, folder, name, FLAGS, WANT_INODE | WANT_MOUNT, &status))
		return -1;
	named->device = makedev(status.major, status.minor);
	named->inode = status.inode;
	named->mount = status.mask & WANT_MOUNT ? status.mount : 0;
	return 0;
}

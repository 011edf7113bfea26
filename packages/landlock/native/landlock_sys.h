/* SPDX-License-Identifier: MIT */
/*
 * The system calls of this layer without a C library, each returning a result or -errno, so that
 * landlock.c runs in a Node addon as in a static program of a few kilobytes.
 */
#ifndef SB_LANDLOCK_SYS_H
#define SB_LANDLOCK_SYS_H

#include "sb_syscall.h"

#include <stdint.h>

static inline long ll_call(long number, long a, long b, long c, long d, long e)
{
	return sb_syscall6(number, a, b, c, d, e, 0);
}

#define LL_AT_FDCWD (-100)
#define LL_AT_EMPTY_PATH 0x1000
#define LL_O_PATH 010000000
#define LL_O_CLOEXEC 02000000
#define LL_SYS_OPENAT2 437 /* the same on every architecture; Linux 5.6 */
#define LL_RESOLVE_NO_SYMLINKS 0x04u
#define LL_STATX_TYPE 1u
#define LL_STATX_INO 0x100u
#define LL_STATX_MNT_ID 0x1000u
/* and mode, uid and gid */
#define LL_STATX_WHOSE (LL_STATX_TYPE | LL_STATX_INO | LL_STATX_MNT_ID | 2u | 8u | 16u)
#define LL_S_IFLNK 0120000u
#define LL_S_IFREG 0100000u
#define LL_PROC_SUPER_MAGIC 0x9fa0
#define LL_FUSE_SUPER_MAGIC 0x65735546
#define LL_ST_NOSUID 2
#define LL_ST_NODEV 4
/* These two are not the same everywhere (asm/fcntl.h). */
#if defined(__aarch64__)
#define LL_O_DIRECTORY 040000
#define LL_O_NOFOLLOW 0100000
#else
#define LL_O_DIRECTORY 0200000
#define LL_O_NOFOLLOW 0400000
#endif
#define LL_S_IFMT 0170000u
#define LL_S_IFDIR 0040000u

/* The beginning of struct statx, the same on every architecture (statx(2)). */
struct ll_statx {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode, spare;
	uint64_t ino, size, blocks, attributes_mask;
	uint64_t times[8];
	uint32_t rdev_major, rdev_minor, dev_major, dev_minor;
	uint64_t mount;
	uint8_t rest[256 - 152];
};
_Static_assert(sizeof(struct ll_statx) == 256, "struct statx of the kernel");

/* struct open_how of openat2(2). */
struct ll_open_how {
	uint64_t flags, mode, resolve;
};

static inline long ll_open_path(const char *path)
{
	return ll_call(__NR_openat, LL_AT_FDCWD, (long)path, LL_O_PATH | LL_O_CLOEXEC, 0, 0);
}

static inline void ll_close(long descriptor)
{
	/* An O_PATH descriptor or a ruleset has nothing to flush: nothing can be lost here. */
	(void)ll_call(__NR_close, descriptor, 0, 0, 0, 0);
}

/* What a descriptor stands for: which file it is, of whom, and its mode. 0 or -errno. */
static inline long ll_stat(long descriptor, struct ll_statx *status)
{
	return ll_call(
		__NR_statx, descriptor, (long)"", LL_AT_EMPTY_PATH, LL_STATX_WHOSE, (long)status);
}

/* Whether it lies on a file system of this kind (statfs(2)). */
static inline int ll_is_on(long descriptor, long magic)
{
	long status[32]; /* struct statfs of a 64-bit machine: 15 words, f_type first */
	return ll_call(__NR_fstatfs, descriptor, (long)status, 0, 0, 0) == 0 && status[0] == magic;
}

/* Whether it lies in proc(5), where links need not say where they lead. */
static inline int ll_is_proc(long descriptor)
{
	return ll_is_on(descriptor, LL_PROC_SUPER_MAGIC);
}

/*
 * Whether an ordinary user may serve it (fuse(4)): owners are what that user says. fusermount(1) mounts so, and those that
 * root mounts, as root's own file system of a virtual machine, are not.
 */
static inline int ll_is_served(long descriptor)
{
	long status[32]; /* f_flags is the eleventh word, behind f_fsid, f_namelen and f_frsize */
	if (ll_call(__NR_fstatfs, descriptor, (long)status, 0, 0, 0) != 0)
		return 1;
	return status[0] == LL_FUSE_SUPER_MAGIC && (status[10] & LL_ST_NOSUID) &&
	       (status[10] & LL_ST_NODEV);
}

/* The file type bits of a descriptor, or -errno. */
static inline long ll_type(long descriptor)
{
	struct ll_statx status;
	long error = ll_call(
		__NR_statx, descriptor, (long)"", LL_AT_EMPTY_PATH, LL_STATX_TYPE, (long)&status);
	if (error < 0)
		return error;
	return status.mode & LL_S_IFMT;
}

#endif

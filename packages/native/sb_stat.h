/* SPDX-License-Identifier: MIT */
/*
 * stat(2) by the kernel's own call. glibc had no functions of these names before 2.33, so an addon
 * that calls them does not load with older ones. On 64-bit machines libc's struct is the kernel's.
 */
#ifndef SB_STAT_H
#define SB_STAT_H

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#if !defined(__linux__) || !defined(__LP64__)
#error "sb_stat.h is for 64-bit Linux"
#endif

/* Of an open file: 0, or -1 with errno. */
static inline int sb_fstat(int descriptor, struct stat *status)
{
	return (int)syscall(SYS_fstat, descriptor, status);
}

/* Of a path, links followed: 0, or -1 with errno. */
static inline int sb_stat(const char *path, struct stat *status)
{
	return (int)syscall(SYS_newfstatat, AT_FDCWD, path, status, 0);
}

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Calls by their number, with the same call for every C library and processor: open(3) of musl is
 * open(2) on x86-64 and openat(2) on arm64, and that of glibc is openat(2) on both. The self-test
 * expects a filter's answer to one call.
 */
#ifndef PROBE_BY_NUMBER_H
#define PROBE_BY_NUMBER_H

#include <sys/types.h>

/* openat(2) of a path below the working directory, or an absolute one; mode is that of a new file. */
int by_number_open(const char *path, int flags, mode_t mode);

/* mkdirat(2) */
int by_number_mkdir(const char *path, mode_t mode);

/* symlinkat(2) */
int by_number_symlink(const char *target, const char *path);

/* clone(2) as fork(2): SIGCHLD and no other flag. The child may only call _exit(2) or execve(2). */
pid_t by_number_fork(void);

#endif

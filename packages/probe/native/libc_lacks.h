/* SPDX-License-Identifier: MIT */
/*
 * Functions of glibc that the probe uses and musl lacks: names of errors and signals, and a group
 * in the supplementary list.
 */
#ifndef PROBE_LIBC_LACKS_H
#define PROBE_LIBC_LACKS_H

#include <sys/types.h>

/* "EPERM" of EPERM; NULL if this kernel's headers do not have it (strerrorname_np(3) of glibc). */
const char *strerrorname_np(int error);

/* "KILL" of SIGKILL; NULL for a real-time signal (sigabbrev_np(3) of glibc). */
const char *sigabbrev_np(int number);

/* Whether a group is among the supplementary ones (group_member(3) of glibc). */
int group_member(gid_t group);

#endif

/* SPDX-License-Identifier: MIT */
/* File systems that an ordinary user serves to root (fuse(4), `allow_other`): their server may never answer, and no signal
 * ends root that waits for it. */
#ifndef SB_EXEC_SERVED_H
#define SB_EXEC_SERVED_H

#include <stdint.h>

#define SB_NO_MOUNT 0 /* the kernel does not say it; a mount has a greater number */

/* The kernel's number of the mount that a descriptor is on. The server is not asked (statx(2), AT_STATX_DONT_SYNC). */
uint64_t sb_mount_of(long descriptor);

/* Whether an ordinary user serves this mount to root, of which something is held open. As core/src/served-mount.ts: also if
 * this mount is in neither list of mounts, and not if both lists are missing (proc_pid_mountinfo(5)). */
int sb_is_served_mount(uint64_t mount);

#endif

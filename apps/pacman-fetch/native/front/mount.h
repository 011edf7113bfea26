/* SPDX-License-Identifier: MIT */
/* What serves a mount: by statmount(2), or by the kernel's list of mounts (proc_pid_mountinfo(5)). */
#ifndef FRONT_MOUNT_H
#define FRONT_MOUNT_H

#include <stdint.h>

/* Whether a program may serve a mount (fuse(4)), whose owners are then what that program says, if it answers at all. held:
 * something of it, which is open. mount: its number in the list. 1 also if the list has others, and not this one; 0 without
 * a list. */
int mount_is_served(int held, uint64_t mount);

#endif

/* SPDX-License-Identifier: MIT */
/* Rules by which the target could write to files of cgroups, and so leave its own: what a rule opens decides, for its path
 * may lead elsewhere by now than when the cgroup was made. */
#ifndef SB_CGROUP_WAY_H
#define SB_CGROUP_WAY_H

#include "launcher.h"

#define SB_WAY_MAX 64 /* directories from a cgroup up to the root */

/* The directories above the target's cgroup, itself included; zero at first. */
struct sb_cgroup_way {
	unsigned int count;
	struct {
		uint64_t device, inode;
	} at[SB_WAY_MAX];
};

/*
 * Whether a rule may grant these rights on what it opened. 0; -EPERM where that lies in a hierarchy of cgroups, or above the
 * target's cgroup; or -errno if the way to that cgroup can't be examined, which needs /proc.
 */
int sb_cgroup_may_grant(const struct sb_process *process, struct sb_cgroup_way *way, int descriptor,
	uint64_t rights);

#endif

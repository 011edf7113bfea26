/* SPDX-License-Identifier: MIT */
/* The cgroup of the target (cgroups(7)). The parent makes it, sets its limits and opens its files:
 * a file of a cgroup asks for the rights of the process that opened it. */
#ifndef SB_CGROUP_H
#define SB_CGROUP_H

#include "launcher.h"

/* Says that both files of the cgroup end with this process at the latest. Returns 0 or -errno. */
int sb_cgroup_keep_private(const struct sb_process *process);

/*
 * Puts this process into the cgroup, and closes the files: the target must not have them. After the
 * guardian was started, which stays outside.
 *
 * 0; or -errno: `cgroup`, it could not be put there; `verify`, a file is still open.
 */
int sb_cgroup_join(const struct sb_process *process, struct sb_failure *failure);

#endif

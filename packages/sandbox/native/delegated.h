/* SPDX-License-Identifier: MIT */
/* Whether systemd has given a cgroup to somebody else to manage. */
#ifndef SB_DELEGATED_H
#define SB_DELEGATED_H

/* 1 or 0, for an open directory of a cgroup. systemd marks what has Delegate=yes by an extended
 * attribute (systemd's CGROUP_DELEGATION, "trusted.delegate" and "user.delegate"). Only the owner of
 * the directory can set them. */
int sb_is_delegated(int descriptor);

#endif

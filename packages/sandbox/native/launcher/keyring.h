/* SPDX-License-Identifier: MIT */
/* The session keyring, which a process has from its parent even after a change of ids
 * (session-keyring(7)). */
#ifndef SB_KEYRING_H
#define SB_KEYRING_H

#include "sb_record.h"

/* Joins a session keyring that is new, empty and without a name. It is created while the process
 * has its first user, so it counts against that user's quota, and other processes of the second
 * user cannot see it. The process still possesses it. If the kernel has no keys, or an earlier
 * filter denies them, "unjoined" is reported with the errno. Returns 0 or -errno. */
int sb_keyring_join(int status, struct sb_failure *failure);

#endif

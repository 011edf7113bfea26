/* SPDX-License-Identifier: MIT */
/* The session keyring, which a process has from its parent whatever becomes of its ids (session-keyring(7)). */
#ifndef SB_KEYRING_H
#define SB_KEYRING_H

#include "sb_record.h"

/*
 * Joins a session keyring that is new, empty and without a name. It is made while the process has its
 * first user, so that it counts against that one's quota, and others of the second can't see it; the
 * process possesses it all the same. Where there are no keys, or a filter above denies them, "unjoined"
 * is reported with the errno. 0 or -errno.
 */
int sb_keyring_join(int status, struct sb_failure *failure);

#endif

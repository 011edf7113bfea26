/* SPDX-License-Identifier: MIT */
/* Opens a compiled sandbox that only root and the caller can have written: a user that can write to
 * it decides what a later start is denied. */
#ifndef SB_EXEC_TRUST_H
#define SB_EXEC_TRUST_H

#include "sb_record.h"

/* Walks the path directory by directory, through links too. Every directory, link and the file
 * itself must belong to root or to the caller, and no other user may write to it. Beneath a
 * directory with the sticky bit, such as /tmp, a directory is safe, since others cannot move it
 * away. A file or a link in it is not, since they can have moved it there. The file is checked
 * again when it is open. Returns its descriptor, or -errno: -EPERM, step "trust", if others may
 * write to it; -EREMOTE, step "trust", if an ordinary user serves it to root; -EISDIR and -EINVAL if it is not a regular file. */
int sb_trust_open(const char *path, struct sb_failure *failure);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Opens a compiled sandbox that nobody but root and the caller can have written: whoever can write to it chooses what a
 * later start is kept from.
 */
#ifndef SB_EXEC_TRUST_H
#define SB_EXEC_TRUST_H

#include "sb_record.h"

/*
 * Walks the path folder by folder, through links too. Every folder, link and the file itself belongs to root or to the
 * caller, and nobody else may write to it. Beneath a folder with the sticky bit, as /tmp, a folder is as good, since others
 * can't take it away; a file or a link in such a folder is not, since they can have moved it there. The file is looked at once more when it is open. Its descriptor, or -errno: -EPERM, step
 * "trust", for what others may write to; -EISDIR and -EINVAL for what is no regular file.
 */
int sb_trust_open(const char *path, struct sb_failure *failure);

#endif

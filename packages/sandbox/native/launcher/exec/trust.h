/*
 * Opens a compiled sandbox that nobody but root and the caller can have written: whoever can write to it chooses what a
 * later start is kept from.
 */
#ifndef SB_EXEC_TRUST_H
#define SB_EXEC_TRUST_H

#include "sb_record.h"

/*
 * Walks the path folder by folder, through links too. Every folder, link and the file itself belongs to root or to the
 * caller, and nobody else may write to it; in a folder with the sticky bit, as /tmp, others may, since they can't take
 * away what isn't theirs. The file is looked at once more when it is open. Its descriptor, or -errno: -EPERM, step
 * "trust", for what others may write to; -EISDIR and -EINVAL for what is no regular file.
 */
int sb_trust_open(const char *path, struct sb_failure *failure);

#endif

/* SPDX-License-Identifier: MIT */
/* Whether other processes of the same user may look into this one. */
#ifndef SB_DUMPABLE_H
#define SB_DUMPABLE_H

/* Returns 0 or -errno. Sets it and reads it back (PR_SET_DUMPABLE and PR_GET_DUMPABLE of prctl(2));
 * -EPERM if the kernel reports success and it is not set. */
int sb_make_undumpable(void);

#endif

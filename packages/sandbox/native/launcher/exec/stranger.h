/* SPDX-License-Identifier: MIT */
/* Owners without a number in the user namespace of sb-exec (user_namespaces(7)). */
#ifndef SB_EXEC_STRANGER_H
#define SB_EXEC_STRANGER_H

/* Whether a user id may stand for another user's: the kernel shows one number for all unmapped
 * owners, and a user may have that number, too. If every id is mapped, each stands for itself.
 * Without /proc: 1 for 65534. */
int sb_stranger_may_be(unsigned int uid);

#endif

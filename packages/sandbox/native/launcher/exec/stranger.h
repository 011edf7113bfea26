/* SPDX-License-Identifier: MIT */
/* Owners that have no number in the user namespace that sb-exec is in (user_namespaces(7)). */
#ifndef SB_EXEC_STRANGER_H
#define SB_EXEC_STRANGER_H

/*
 * Whether a user id may stand for another user's: the kernel shows one number for all owners that have none here, and
 * somebody may have that number, too. Where every id has a number, it stands for itself. Without /proc: 1 for 65534.
 */
int sb_stranger_may_be(unsigned int uid);

#endif

/* SPDX-License-Identifier: MIT */
/* Whether sb-exec has the rights of its caller, or some of its own that the caller would get the use of. */
#ifndef SB_EXEC_IDENTITY_H
#define SB_EXEC_IDENTITY_H

/*
 * 1, or 0 where the program's file lends ids (set-user-ID, set-group-ID) or capabilities (setcap(8)): who compiles a
 * sandbox would get them. AT_SECURE of getauxval(3) is no answer: a change of SELinux's domain sets it too.
 */
int sb_identity_is_own(void);

#endif

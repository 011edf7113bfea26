/* SPDX-License-Identifier: MIT */
/* Whether sb-exec has the rights of its caller, or further ones that the caller could use. */
#ifndef SB_EXEC_IDENTITY_H
#define SB_EXEC_IDENTITY_H

/* 1, or 0 if the program's file gives ids (set-user-ID, set-group-ID) or capabilities (setcap(8)):
 * the author of a compiled sandbox would get them. AT_SECURE of getauxval(3) is not enough: a
 * change of the SELinux domain sets it too. */
int sb_identity_is_own(void);

#endif

/* SPDX-License-Identifier: MIT */
/* A program that its user can execute and can't read: the kernel lets nobody of that user look into the process. */
#ifndef SB_UNREADABLE_H
#define SB_UNREADABLE_H

/*
 * Copies a program that is open for reading, without what was never written to: a descriptor of the
 * copy, to execute (O_PATH, close-on-exec), or -errno.
 */
int sb_unreadable_copy(int program);

#endif

/* SPDX-License-Identifier: MIT */
/* A program that its user can execute and cannot read: the kernel lets no process of that user look
 * into it. */
#ifndef SB_UNREADABLE_H
#define SB_UNREADABLE_H

/* Copies a program that is open for reading, without its holes. Returns a descriptor of the copy,
 * to execute (O_PATH, close-on-exec), or -errno. */
int sb_unreadable_copy(int program);

#endif

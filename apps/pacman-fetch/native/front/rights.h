/* SPDX-License-Identifier: MIT */
/* The rights that a process which only reads drops before it executes another program. */
#ifndef FRONT_RIGHTS_H
#define FRONT_RIGHTS_H

/* Drops capabilities, also those of root (SECBIT_NOROOT); new privileges; sockets other than
 * AF_UNIX; and, if the kernel has Landlock, all changes to files. A file that is written without
 * Landlock has at most 16 KiB. Returns 0; -1 if a part of it fails. */
int rights_give_up(void);

#endif

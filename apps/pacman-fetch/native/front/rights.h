/* SPDX-License-Identifier: MIT */
/* What a process that only reads gives up before it becomes another program. */
#ifndef FRONT_RIGHTS_H
#define FRONT_RIGHTS_H

/*
 * Capabilities, also those of root (SECBIT_NOROOT); new privileges; sockets but those of AF_UNIX; and, where the kernel has Landlock,
 * all changes to files. A file that is written without it has 16 KiB at the most.
 * 0; -1 where something of that can't be had.
 */
int rights_give_up(void);

#endif

/* SPDX-License-Identifier: MIT */
/* What a name stands for, as the kernel has it already: the server of a file system is not asked. It may be the program
 * of any user (fuse(4)), which may never answer. */
#ifndef FRONT_NAMED_H
#define FRONT_NAMED_H

#include <stdint.h>
#include <sys/types.h>

struct named {
	dev_t device;
	ino_t inode;
	uint64_t mount; /* the kernel's number of its mount; 0 if the kernel does not report it */
};

/* Looks at a name in a directory; a link is not followed. name: "" for the directory itself, also one that was opened
 * with O_PATH. Returns 0, or -1 with errno. */
int named_look(int folder, const char *name, struct named *named);

/* The number of the mount of something that is held open, which no later mount gets. 0 before Linux 6.8. */
uint64_t named_unique_mount(int held);

#endif

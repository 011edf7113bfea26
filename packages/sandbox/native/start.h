/* SPDX-License-Identifier: MIT */
/* Starts a program as child_process does, without its streams. */
#ifndef SB_START_H
#define SB_START_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* What is started, and with what. */
struct sb_start {
	const char *path;
	char *const *words;   /* ends with NULL */
	int32_t *descriptors; /* what it gets as 0, 1, 2 …, or -1 for none; they are changed */
	size_t count;
};

/* Starts it with an empty environment. Returns its process id, or -errno: then nothing runs. Puts
 * its pidfd, close-on-exec, into *pidfd (Linux 5.3). */
pid_t sb_start(const struct sb_start *start, int *pidfd);

#endif

/* SPDX-License-Identifier: MIT */
/* The pacman that started this program: the process that all of it belongs to. */
#ifndef FRONT_OWNER_H
#define FRONT_OWNER_H

#include <sys/types.h>

struct owner {
	pid_t pid;
	unsigned long long start; /* when it began, in clock ticks since the machine did */
};

/* Finds it. 0; -1 where the parent is something else, or can't be seen. */
int owner_find(struct owner *owner);

/* Whether it is still this process's parent. */
int owner_is_parent(const struct owner *owner);

/* Whether it is the parent of another process. */
int owner_is_parent_of(const struct owner *owner, pid_t pid);

/* A descriptor that can be read once it has ended; -1 with errno. */
int owner_watch(const struct owner *owner);

#endif

/* SPDX-License-Identifier: MIT */
/* The pacman that started this program, to which all its processes belong. */
#ifndef FRONT_OWNER_H
#define FRONT_OWNER_H

#include <sys/types.h>

struct owner {
	pid_t pid;
	unsigned long long start; /* when it began, in clock ticks since the machine did */
};

/* Finds it. Returns 0; -1 if the parent is another program, or is hidden. */
int owner_find(struct owner *owner);

/* Whether it is still this process's parent. */
int owner_is_parent(const struct owner *owner);

/* Whether it is the parent of another process. */
int owner_is_parent_of(const struct owner *owner, pid_t pid);

/* A descriptor that is readable after its end; -1 with errno. */
int owner_watch(const struct owner *owner);

#endif

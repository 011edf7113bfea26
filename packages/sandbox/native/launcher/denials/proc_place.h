/* SPDX-License-Identifier: MIT */
/* Paths of proc(5) that belong to a process. */
#ifndef SB_PROC_PLACE_H
#define SB_PROC_PLACE_H

#include <stdint.h>

struct sb_proc_place {
	uint32_t process, thread; /* the thread is the process where none is named */
	const char *rest;         /* what follows, within the path: "fd/3" */
};

/* Takes a path apart: "/proc/7/fd/3", "/proc/7/task/8/maps". 0 if nothing follows the number. */
int sb_proc_place(const char *path, struct sb_proc_place *place);

/* Whether a text is exactly one of the words, which a NULL ends. */
int sb_is_among(const char *text, const char *const *words);

#endif

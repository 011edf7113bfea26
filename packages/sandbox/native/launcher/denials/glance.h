/* SPDX-License-Identifier: MIT */
/* A first look at a name, which finds most of what the rules allow by two calls. It only ever lets the kernel decide: what it
 * remembers of a directory may be out of date, and then a denial is not reported. */
#ifndef SB_GLANCE_H
#define SB_GLANCE_H

#include "find.h"

/* Remembers rights that the rules grant beneath a directory. */
void sb_glance_note(const struct ll_statx *folder, uint64_t granted);

/* Forgets all directories: one of them may have moved. */
void sb_glance_forget(void);

/* The rights that a call needs: on a file, on a directory, and on the directory of a new file; 0: nothing new is made. */
struct sb_wanted {
	uint64_t file, folder, entry;
};

/* Whether what open(2) opens is allowed, or is not there. 0: it has to be looked at. */
int sb_glance(const struct sb_name *name, const struct sb_wanted *wanted);

#endif

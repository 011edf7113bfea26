/* SPDX-License-Identifier: MIT */
/*
 * What a ruleset grants at one file: by its rules for the file and for every folder above. Kept
 * apart from the kernel's answers, so that a kernel that restricts nothing can't pass for one that
 * was asked to allow everything.
 */
#ifndef SB_LANDLOCK_ABOVE_H
#define SB_LANDLOCK_ABOVE_H

#include <stdint.h>
#include <sys/stat.h>

#define SB_ABOVE_MAX 16 /* deeper files count as granted: nothing is claimed of them */

struct sb_above {
	unsigned int depth;
	struct {
		dev_t device;
		ino_t inode;
	} at[SB_ABOVE_MAX];
	uint64_t granted;
};

/* Looks at a file and all above it. What can't be looked at counts as granted. */
void sb_above_look(struct sb_above *above, const char *path);

/* Takes in a rule: `rights` on the file of `status` and on everything beneath. */
void sb_above_grant(struct sb_above *above, const struct stat *status, uint64_t rights);

#endif

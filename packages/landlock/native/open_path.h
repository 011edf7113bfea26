/* SPDX-License-Identifier: MIT */
/*
 * Opens what a rule names. A symbolic link on the way is followed only if the one who may have put it there gains nothing:
 * - for root, whose rule may grant what nobody else may reach, no link of another user where others can change it;
 * - for anybody else, none of another user in a folder that all may write to, as the kernel has it where
 *   fs.protected_symlinks is set (proc_sys_fs(5));
 * - for root, none of the user who will be restricted, and none where others than root put links (root_place.h), if it
 *   leads to anything that no other rule grants: a program of another policy may have made or moved it;
 * - for all, none that the restricted program may have made on an earlier start, by a rule of the same record, if it
 *   leads to anything that the program could not do with what it may change (rule_folders.h).
 */
#ifndef SB_OPEN_PATH_H
#define SB_OPEN_PATH_H

#include "rule_folders.h"

#include <stdint.h>

/* Whose links are followed, and for what. */
struct sb_trust {
	uint32_t runner; /* the user who will be restricted: its links are followed beside root's */
	int unmapped; /* whether ids of outside read as one number here: nothing can be said of those */
	int is_known; /* whether the rule is for a file that was looked at: what leads there doesn't matter */
	int is_direct; /* whether it is enough to know that there are links */
	/* What rules open, and where the program may put links; NULL until that is known, and then no link widens a rule. */
	const struct sb_rule_folders *folders;
	uint64_t rights, handled; /* what the rule grants, and what is restricted */
};

/* What became of the links on the way. */
struct sb_links {
	int followed;
	int is_foreign; /* one was not followed: others may put something else in its place */
	int is_own; /* others than root may have put one there, and the program would gain by it */
};

/* A descriptor (O_PATH, close-on-exec) or -errno, of which *links may say the reason. */
long sb_open_path(const char *path, const struct sb_trust *trust, struct sb_links *links);

#endif

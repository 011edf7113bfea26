/*
 * Opens what a rule names. A symbolic link on the way is followed only if the one who may have made it gains nothing:
 * - for root, whose rule may grant what nobody else may reach, no link of another user where others can change it;
 * - for anybody else, none of another user in a folder that all may write to, as the kernel has it where
 *   fs.protected_symlinks is set (proc_sys_fs(5));
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
	const struct sb_rule_folders *made; /* where the program may make links */
	uint64_t rights, handled;           /* what the rule grants, and what is restricted */
};

/* What became of the links on the way. */
struct sb_links {
	int followed;
	int is_foreign; /* one was not followed: others may put something else in its place */
	int is_own;     /* the program may have made one, and would gain by it */
};

/* A descriptor (O_PATH, close-on-exec) or -errno, of which *links may say the reason. */
long sb_open_path(const char *path, const struct sb_trust *trust, struct sb_links *links);

#endif

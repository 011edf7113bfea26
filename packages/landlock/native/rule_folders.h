/* SPDX-License-Identifier: MIT */
/*
 * What the rules of a record open, and where they let the restricted program make symbolic links, or move folders that
 * hold some. With a link in the place of a folder that a rule names, a program could widen its own rules for its next
 * start, or those of another one. So a link that was put there may lead only
 * - to what another rule grants already, in the same way or more;
 * - to where the program may read, write and make files by itself: there it gains nothing but that a file of its own may be
 *   executed, which the rule says of the link's place.
 */
#ifndef SB_RULE_FOLDERS_H
#define SB_RULE_FOLDERS_H

#include <stddef.h>
#include <stdint.h>

struct sb_rule_folder {
	uint64_t inode, rights;
	uint32_t major, minor;
	int links;      /* how many links led to it */
	int puts_links; /* whether the program may put links into it */
};

struct sb_rule_folders {
	struct sb_rule_folder *at; /* one for each rule of the record, in its order */
	size_t count, room;
};

/* Makes room for so many. 0 or -errno. */
int sb_rule_folders_reserve(struct sb_rule_folders *folders, size_t room);

/* Gives the room back. */
void sb_rule_folders_free(struct sb_rule_folders *folders);

/*
 * Takes in the next one: what it opened, over how many links, and what the program may do there. A descriptor below 0
 * takes a place and stands for nothing. 0 or -errno.
 */
int sb_rule_folders_add(struct sb_rule_folders *folders, long descriptor, int links,
	uint64_t rights, int puts_links);

/* Whether a rule opened now what it opened then. */
int sb_rule_folders_same(const struct sb_rule_folders *folders, size_t index, long descriptor);

/*
 * Whether the program may have put a link into an open folder: it is one where rules let it, lies beneath one, or the way up
 * from it can't be walked (climb.h).
 */
int sb_rule_folders_hold(const struct sb_rule_folders *folders, long folder);

/*
 * Whether a rule for what is open, which lies in that folder (-1 where it is one, or none is known), would let the program
 * do more than its other rules do. Only rules count whose path leads there without a link: a link may not vouch for
 * another. Yes where the way up can't be walked.
 */
int sb_rule_folders_widen(const struct sb_rule_folders *folders, long opened, long folder,
	uint64_t rights, uint64_t handled);

#endif

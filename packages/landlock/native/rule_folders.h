/*
 * The folders of a record in which the restricted program may make symbolic links, or into which it may move folders that
 * hold some. With a link in the place of a folder
 * that a rule names, a program could widen its own rules for its next start. So a link beneath such a folder may lead
 * only to where the program may read, write and make files by itself: there it gains nothing but that a file of its own
 * may be executed, which the rule says of the link's place.
 */
#ifndef SB_RULE_FOLDERS_H
#define SB_RULE_FOLDERS_H

#include <stddef.h>
#include <stdint.h>

struct sb_rule_folder {
	uint64_t inode, rights;
	uint32_t major, minor;
	int links; /* how many links led to it */
};

struct sb_rule_folders {
	struct sb_rule_folder *at; /* one a rule that lets it, in the order of the record */
	size_t count, room;
};

/* Makes room for so many. 0 or -errno. */
int sb_rule_folders_reserve(struct sb_rule_folders *folders, size_t room);

/* Gives the room back. */
void sb_rule_folders_free(struct sb_rule_folders *folders);

/*
 * Takes in what a rule opened, and over how many links. A file, or a descriptor below 0, takes a place and stands for
 * nothing. 0 or -errno.
 */
int sb_rule_folders_add(
	struct sb_rule_folders *folders, long descriptor, int links, uint64_t rights);

/* Whether a rule opened now what it opened then. */
int sb_rule_folders_same(const struct sb_rule_folders *folders, size_t index, long descriptor);

/*
 * Whether the program may have put a link into an open folder: it is one of these, lies beneath one, or the way up from it
 * can't be walked. That way is the one of its mount: of a folder that is mounted twice the other is not seen.
 */
int sb_rule_folders_hold(const struct sb_rule_folders *folders, long folder);

/*
 * Whether the program may do all this in an open folder, by one rule whose path leads there without a link: a link may
 * not vouch for another. No where the way up can't be walked.
 */
int sb_rule_folders_allow(const struct sb_rule_folders *folders, long folder, uint64_t rights);

#endif

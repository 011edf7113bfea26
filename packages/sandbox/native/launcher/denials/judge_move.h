/* SPDX-License-Identifier: MIT */
/* Moving and linking (current_check_refer_path() in security/landlock/fs.c). */
#ifndef SB_JUDGE_MOVE_H
#define SB_JUDGE_MOVE_H

#include "find.h"
#include "judge.h"

/* As sb_judge, for names that were read. */
int sb_judge_rename(const struct sb_shared *shared, uint64_t flags, const struct sb_name *from,
	const struct sb_name *to, struct sb_denial *denial);
int sb_judge_link(const struct sb_shared *shared, uint64_t flags, const struct sb_name *from,
	const struct sb_name *to, struct sb_denial *denial);

/* Fills in a denial of an entry. 1, or 0 if its directory has no path. */
int sb_deny(struct sb_denial *denial, int error, uint64_t missing, const struct sb_entry *entry);

/* Whether the kernel finds no place for it, as in all of proc(5): it reports ENOENT before it asks Landlock. */
int sb_is_never_made(const struct sb_entry *entry);

#define WRITES 2 /* W_OK and R_OK of access(2) */
#define READS 4

/* Whether modes and mounts allow it; 0 or -errno. */
long sb_ask_modes(const struct sb_file *file, int mode);

/* The same for an entry that is not a link. */
long sb_ask_entry(const struct sb_entry *entry, int mode);

/* Whether the file system is mounted to be read only, which the kernel reports first. */
int sb_is_read_only(const struct sb_file *folder);

#endif

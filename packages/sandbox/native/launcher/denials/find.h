/* SPDX-License-Identifier: MIT */
/* Follows a name as the kernel does for the caller: to a file, or to the directory that has or would have it. */
#ifndef SB_FIND_H
#define SB_FIND_H

#include "caller.h"

#include "../../../../landlock/native/landlock_sys.h"

/* A file, by a descriptor of O_PATH. */
struct sb_file {
	int descriptor; /* or -1 */
	struct ll_statx status;
};

/* An entry of a directory: that directory, and the last part of the name. */
struct sb_entry {
	struct sb_file folder;
	char name[256];         /* NAME_MAX, and a NUL; empty: the directory itself */
	int is_slashed;         /* whether a slash ended the name */
	int exists;             /* whether the directory has it */
	struct ll_statx status; /* of what it has */
};

/* The directory of a name's last part, and whether it has that; a link there is not followed. 0, or -errno of openat2(2);
 * -EINVAL for "." and ".."; -ELOOP also where the way goes through a link of proc(5) that is not a name, or through a place
 * there that differs for each process. */
long sb_find_entry(const struct sb_name *name, uint64_t resolve, struct sb_entry *entry);

/* The same with a link at the end followed, but for O_NOFOLLOW, and "." found: the entry is where the file lies. -ENOENT: a link
 * leads to nothing. */
long sb_find(const struct sb_name *name, uint64_t flags, uint64_t resolve, struct sb_entry *entry);

/* The path of a file or directory now, absolute. Its length without the NUL, or -errno. */
long sb_path_of(const struct sb_file *file, char path[SB_NAME_MAX]);

void sb_file_close(struct sb_file *file);

/* Opens what a part of a name leads to; -ELOOP through a link of proc(5) that is not a name. `flags`: O_NOFOLLOW. */
long sb_find_file(
	const struct sb_name *name, const char *path, uint64_t flags, struct sb_file *file);

/* The same through such links as well: only those of the caller may be followed. */
long sb_find_any(const struct sb_name *name, const char *path, struct sb_file *file);

/* Whether a search since the last such question ended at such a link, or at one that was noted. */
int sb_find_met_link(void);

/* Notes that a link at the end leads to nothing, where a file would be made. */
void sb_find_note_link(void);

/* The device of a status, as in struct sb_grant. */
static inline uint64_t sb_device(const struct ll_statx *status)
{
	return (uint64_t)status->dev_major << 32 | status->dev_minor;
}

/* Whether two descriptions mean the same file on the same mount. */
static inline int sb_is_same(const struct ll_statx *a, const struct ll_statx *b)
{
	return a->ino == b->ino && sb_device(a) == sb_device(b) && a->mount == b->mount;
}

#endif

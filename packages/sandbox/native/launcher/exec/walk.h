/* SPDX-License-Identifier: MIT */
/* Goes along a path name by name. What a name stands for is held open before anything is asked about it, and a link is read as
 * text. Root enters nothing that an ordinary user serves to it (served.h). */
#ifndef SB_EXEC_WALK_H
#define SB_EXEC_WALK_H

#include <asm/stat.h>
#include <stddef.h>
#include <stdint.h>

#define SB_PATH_MAX 4096u /* PATH_MAX */

/* The error of what an ordinary user serves to root. */
#define SB_SERVED EREMOTE

/* The state of a walk: a directory, and the rest of the path. */
struct sb_walk {
	long folder;
	uint64_t mount; /* of what was held last */
	unsigned int links;
	int is_open; /* for `look`: whether other users may add names to the directory */
	/* What is held, which may be a link, is examined: 0, or -errno to end the walk. */
	int (*look)(struct sb_walk *walk, long held, const struct stat *status);
	char name[SB_PATH_MAX]; /* the last name that was taken, of what was found */
	char rest[2 * SB_PATH_MAX];
};

/* Walks to the end. `look` is set, everything else is not. Returns a descriptor with O_PATH of what is there and is neither a
 * directory nor a link, with its status: it has walk->name in walk->folder. Or -errno: -EISDIR, -SB_SERVED. The caller
 * closes walk->folder in any case. */
long sb_walk(struct sb_walk *walk, const char *path, struct stat *status);

/* What `path` names, held open (openat(2)); and what a held descriptor stands for. */
long sb_walk_open(long folder, const char *name, int flags);
int sb_walk_stat(long held, struct stat *status);

/* Only for what was looked at, where nothing can be lost. */
void sb_walk_close(long descriptor);

#endif

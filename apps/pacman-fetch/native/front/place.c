/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "place.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mount.h"
#include "named.h"

enum { WRITABLE_BY_GROUP = 020, WRITABLE_BY_ALL = 02, STICKY = 01000 };

static int others_write(const struct stat *stats)
{
	return stats->st_uid != 0 || (stats->st_mode & WRITABLE_BY_ALL) ||
	       ((stats->st_mode & WRITABLE_BY_GROUP) && stats->st_gid != 0);
}

/* In a sticky directory of root, no other user renames files of root. */
static int others_rename(const struct stat *stats)
{
	return !(stats->st_uid == 0 && (stats->st_mode & STICKY)) && others_write(stats);
}

/* A directory of the path. */
struct reached {
	int held;     /* by O_PATH; -1 */
	int is_roots; /* it is for root, who uses no name of others; what others reach is theirs */
	struct named named; /* for root */
};

/* For root: whether only root decides about what lies in a directory. */
static int is_safe(const struct reached *reached)
{
	struct stat stats;
	return !reached->is_roots || (!fstat(reached->held, &stats) && !others_rename(&stats));
}

/* For root: whether another file system begins at a directory, and a program may serve that. Nothing was asked there yet. */
static int is_served(const struct reached *above, const struct reached *next)
{
	const uint64_t from = above->named.mount, to = next->named.mount;
	return next->is_roots && from && to && from != to && mount_is_served(next->held, to);
}

/* Looks at what is held now, for root. */
static int look(struct reached *reached)
{
	return reached->is_roots ? named_look(reached->held, "", &reached->named) : 0;
}

/* Goes on to the next directory of the path, and closes the one before. It has none if that is a link, or not a directory. */
static void step(struct reached *reached, const char *name)
{
	const struct reached above = *reached;
	reached->held = -1;
	if (is_safe(&above) && strcmp(name, ".") && strcmp(name, ".."))
		reached->held =
			openat(above.held, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const int is_refused = reached->held >= 0 && (look(reached) || is_served(&above, reached));
	if ((close(above.held) || is_refused) && reached->held >= 0) {
		(void)close(reached->held); /* of no use without the other */
		reached->held = -1;
	}
}

/* The last directory, for reading too. */
static int opened(int held)
{
	const int folder = held < 0 ? -1 : openat(held, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (held >= 0)
		(void)close(held); /* only names were looked up in it */
	return folder;
}

static int walk(char *path)
{
	struct reached reached = {
		.held = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC), .is_roots = geteuid() == 0};
	char *rest = NULL;
	char *name = strtok_r(path, "/", &rest);
	/* FILE in the root folder is left to Node, and so is a kernel that reports nothing. */
	if (reached.held >= 0 && (!name || look(&reached))) {
		(void)close(reached.held); /* only names were looked up in it */
		return -1;
	}
	for (; reached.held >= 0 && name; name = strtok_r(NULL, "/", &rest))
		step(&reached, name);
	return opened(reached.held);
}

int place_open(const char *file)
{
	static char path[PATH_MAX];
	struct stat stats;
	const char *slash = strrchr(file, '/');
	if (!slash || (size_t)(slash - file) >= sizeof(path))
		return -1;
	memcpy(path, file, (size_t)(slash - file));
	path[slash - file] = '\0';
	int folder = walk(path);
	if (folder < 0)
		return -1;
	int is_ours = !fstat(folder, &stats) && stats.st_uid == geteuid() &&
		      !(stats.st_mode & (WRITABLE_BY_GROUP | WRITABLE_BY_ALL));
	if (is_ours)
		return folder;
	(void)close(folder); /* was read only */
	return -1;
}

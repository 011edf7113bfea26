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

/* For root: whether only root decides about what lies in a directory. For others, what they reach is theirs. */
static int is_safe(int held)
{
	struct stat stats;
	return geteuid() != 0 || (!fstat(held, &stats) && !others_rename(&stats));
}

/* For root: whether another file system begins at a directory, and a program may serve that. Nothing was asked there yet. */
static int is_served(int above, int next)
{
	struct named from, to;
	return geteuid() == 0 && !named_look(above, "", &from) && !named_look(next, "", &to) &&
	       from.mount && to.mount && from.mount != to.mount && mount_is_served(next, to.mount);
}

/* Holds the next directory of the path, and closes the one before. -1 if it is a link, or not a
 * directory. */
static int step(int held, const char *name)
{
	int next = -1;
	if (is_safe(held) && strcmp(name, ".") && strcmp(name, ".."))
		next = openat(held, name, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const int is_refused = next >= 0 && is_served(held, next);
	if ((close(held) || is_refused) && next >= 0) {
		(void)close(next); /* of no use without the other */
		return -1;
	}
	return next;
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
	int held = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	char *rest = NULL;
	char *name = strtok_r(path, "/", &rest);
	if (held >= 0 && !name) {
		(void)close(held); /* the root folder: FILE is made there as ever */
		return -1;
	}
	for (; held >= 0 && name; name = strtok_r(NULL, "/", &rest))
		held = step(held, name);
	return opened(held);
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

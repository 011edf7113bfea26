/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "place.h"

#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

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

/* Opens the next directory of the path, and closes the one before. -1 if it is a link, or not a
 * directory. */
static int step(int held, const char *name, int flags)
{
	struct stat stats;
	int next = -1;
	int is_safe = geteuid() != 0 || (!fstat(held, &stats) && !others_rename(&stats));
	if (is_safe && strcmp(name, ".") && strcmp(name, ".."))
		next = openat(held, name, flags | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (close(held) && next >= 0) {
		(void)close(next); /* of no use without the other */
		return -1;
	}
	return next;
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
	while (held >= 0 && name) {
		char *next = strtok_r(NULL, "/", &rest);
		held = step(held, name, next ? O_PATH : O_RDONLY);
		name = next;
	}
	return held;
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

/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "lookup.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BUFFER_FIRST 4096
/* A group of ten thousand members fits; a runaway name service does not. */
#define BUFFER_MAX (1 << 20)
#define GROUPS_MAX 65536 /* NGROUPS_MAX of Linux */

/* What a look-up is about: by name when there is one, otherwise by id. */
struct query {
	const char *name;
	uid_t uid;
	struct sb_user *user;
	gid_t *gid; /* of a group without a name: the one to look for */
};

static int copy_text(char *to, const char *from)
{
	size_t length = strlen(from);
	if (length >= SB_LOOKUP_TEXT)
		return -EOVERFLOW;
	memcpy(to, from, length + 1);
	return 0;
}

static int try_user(const struct query *query, char *buffer, size_t size)
{
	struct passwd entry, *found = NULL;
	int error = query->name ? getpwnam_r(query->name, &entry, buffer, size, &found)
				: getpwuid_r(query->uid, &entry, buffer, size, &found);
	if (error)
		return -error;
	if (!found)
		return -ENOENT;
	query->user->uid = found->pw_uid;
	query->user->gid = found->pw_gid;
	error = copy_text(query->user->name, found->pw_name);
	if (error == 0)
		error = copy_text(query->user->home, found->pw_dir);
	if (error == 0)
		error = copy_text(query->user->shell, found->pw_shell);
	return error;
}

static int try_group(const struct query *query, char *buffer, size_t size)
{
	struct group entry, *found = NULL;
	int error = query->name ? getgrnam_r(query->name, &entry, buffer, size, &found)
				: getgrgid_r(*query->gid, &entry, buffer, size, &found);
	if (error)
		return -error;
	if (!found)
		return -ENOENT;
	*query->gid = found->gr_gid;
	return 0;
}

/* Repeats a look-up with larger buffers, as getpwnam_r(3) asks for on ERANGE. */
static int look_up(const struct query *query,
	int (*attempt)(const struct query *query, char *buffer, size_t size))
{
	for (size_t size = BUFFER_FIRST; size <= BUFFER_MAX; size *= 2) {
		char *buffer = malloc(size);
		if (!buffer)
			return -ENOMEM;
		int error = attempt(query, buffer, size);
		free(buffer);
		if (error == -EINTR)
			size /= 2;
		else if (error != -ERANGE)
			/* Some name services answer a missing entry with one of these. */
			return error == -ESRCH || error == -EBADF ? -ENOENT : error;
	}
	return -ERANGE;
}

int sb_user_by_name(const char *name, struct sb_user *user)
{
	const struct query query = {.name = name, .user = user};
	return look_up(&query, try_user);
}

int sb_user_by_id(uid_t uid, struct sb_user *user)
{
	const struct query query = {.uid = uid, .user = user};
	return look_up(&query, try_user);
}

int sb_group_by_name(const char *name, gid_t *gid)
{
	const struct query query = {.name = name, .gid = gid};
	return look_up(&query, try_group);
}

int sb_group_by_id(gid_t gid)
{
	const struct query query = {.gid = &gid};
	return look_up(&query, try_group);
}

int sb_groups_of(const char *name, gid_t gid, gid_t **groups)
{
	for (int size = 32;; size *= 2) {
		int count = size;
		*groups = calloc((size_t)size, sizeof **groups);
		if (!*groups)
			return -ENOMEM;
#ifdef __APPLE__
		int result = getgrouplist(name, (int)gid, (int *)*groups, &count);
#else
		int result = getgrouplist(name, gid, *groups, &count);
#endif
		if (result >= 0)
			return count;
		free(*groups);
		*groups = NULL;
		if (size >= GROUPS_MAX)
			return -EOVERFLOW;
	}
}

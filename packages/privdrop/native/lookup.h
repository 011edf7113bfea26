/* SPDX-License-Identifier: MIT */
/* Users and groups by the system's name service (getpwnam_r(3), getgrnam_r(3), getgrgid_r(3), getgrouplist(3)). */
#ifndef SB_LOOKUP_H
#define SB_LOOKUP_H

#include <sys/types.h>

#define SB_LOOKUP_TEXT 4096 /* bytes for a name or a path; PATH_MAX */

struct sb_user {
	uid_t uid;
	gid_t gid;
	char name[SB_LOOKUP_TEXT];
	char home[SB_LOOKUP_TEXT];
	char shell[SB_LOOKUP_TEXT];
};

/* 0, -ENOENT if there is no such entry, -EOVERFLOW if a text is longer than fits, or -errno. */
int sb_user_by_name(const char *name, struct sb_user *user);
int sb_user_by_id(uid_t uid, struct sb_user *user);
int sb_group_by_name(const char *name, gid_t *gid);
int sb_group_by_id(gid_t gid);

/*
 * All groups of a user, `gid` included, in *groups, which the caller frees. Returns their number
 * or -errno.
 */
int sb_groups_of(const char *name, gid_t gid, gid_t **groups);

#endif

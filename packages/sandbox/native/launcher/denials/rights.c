/* SPDX-License-Identifier: MIT */
#include "rights.h"
#include "glance.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <linux/fcntl.h>

/* Deeper directories are not judged: the way up would take too long. */
#define DEPTH_MAX 256u

/* A directory above, by "../..": its status. */
static long stat_above(int descriptor, const char *up, struct ll_statx *status)
{
	return sb_syscall6(__NR_statx, descriptor, (long)up, AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT,
		LL_STATX_INO | LL_STATX_MNT_ID, (long)status, 0);
}

/* What is missing in a directory; -1 if that can't be known. */
static int64_t missing_above(
	const struct sb_shared *shared, uint64_t missing, const struct sb_file *folder)
{
	char up[3 * DEPTH_MAX + 1];
	struct ll_statx here = folder->status;
	missing &= ~sb_granted_on(shared, &here);
	size_t length = 0;
	for (unsigned int depth = 0; missing; depth++) {
		struct ll_statx above;
		if (depth == DEPTH_MAX)
			return -1;
		memcpy(up + length, "../", 4);
		length += 3;
		if (stat_above(folder->descriptor, up, &above))
			return -1;
		/* Above the root is the root itself. */
		if (sb_is_same(&above, &here))
			return (int64_t)missing;
		missing &= ~sb_granted_on(shared, &above);
		here = above;
	}
	return 0;
}

uint64_t sb_missing(
	const struct sb_shared *shared, uint64_t own, const struct sb_file *folder, uint64_t wanted)
{
	const int64_t missing = missing_above(shared, wanted & shared->handled & ~own, folder);
	if (missing < 0)
		return 0;
	/* What the entry itself is granted, its directory may lack. */
	sb_glance_note(&folder->status, wanted & ~own & ~(uint64_t)missing);
	return (uint64_t)missing;
}

uint64_t sb_missing_of(
	const struct sb_shared *shared, const struct sb_entry *entry, uint64_t wanted)
{
	/* Without a name it is the directory itself, with which the way up begins. */
	uint64_t own = entry->name[0] ? sb_granted_on(shared, &entry->status) : 0;
	return sb_missing(shared, own, &entry->folder, wanted);
}

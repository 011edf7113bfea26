/* SPDX-License-Identifier: MIT */
#include "climb.h"

#define DEPTH_MAX 2048 /* PATH_MAX of folders with names of one letter */

static int is_same_file(const struct ll_statx *a, const struct ll_statx *b)
{
	return a->ino == b->ino && a->dev_major == b->dev_major && a->dev_minor == b->dev_minor;
}

/* Whether a folder is its own parent: 1 for the root of all, 0 for none, -1 where the kernel doesn't tell mounts. */
static int is_top(const struct ll_statx *a, const struct ll_statx *b)
{
	if (!is_same_file(a, b))
		return 0;
	/* A folder can also be mounted on one in itself. */
	if (!(a->mask & b->mask & LL_STATX_MNT_ID))
		return -1;
	return a->mount == b->mount;
}

int sb_climb(long folder,
	int (*is_found)(const void *context, long at, const struct ll_statx *status),
	const void *context)
{
	struct ll_statx looked[2];
	long at = folder;
	int answer = -1;
	for (int depth = 0; depth < DEPTH_MAX && ll_stat(at, &looked[depth % 2]) == 0; depth++) {
		int top = depth > 0 ? is_top(&looked[0], &looked[1]) : 0;
		if (top != 0) {
			answer = top > 0 ? 0 : -1;
			break;
		}
		if (is_found(context, at, &looked[depth % 2])) {
			answer = 1;
			break;
		}
		long up = ll_call(__NR_openat, at, (long)"..",
			LL_O_PATH | LL_O_CLOEXEC | LL_O_DIRECTORY, 0, 0);
		if (at != folder)
			ll_close(at);
		at = up;
		if (up < 0)
			return -1;
	}
	if (at != folder)
		ll_close(at);
	return answer;
}

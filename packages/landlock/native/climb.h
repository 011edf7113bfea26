/* SPDX-License-Identifier: MIT */
/* The way from an open folder up to the root of all, one folder after the other. */
#ifndef SB_CLIMB_H
#define SB_CLIMB_H

#include "landlock_sys.h"

/*
 * Asks of each folder on the way, the first one included; ends where the answer is yes. The way is the one of the mount
 * that the folder was opened by: of a folder that is mounted twice the other way is not seen.
 * 1 for a yes, 0 for none up to the root, -1 where the way can't be walked.
 */
int sb_climb(long folder,
	int (*is_found)(const void *context, long at, const struct ll_statx *status),
	const void *context);

#endif

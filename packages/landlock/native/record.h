/* SPDX-License-Identifier: MIT */
/*
 * The bytes of a record (landlock.h), and the check of all of them before anything is done.
 */
#ifndef SB_LANDLOCK_RECORD_H
#define SB_LANDLOCK_RECORD_H

#include "landlock.h"

#define FIXED (SB_RECORD_HEADER + 6u * 8u + 3u * 4u + 2u * 2u) /* bytes before the rules */
#define PATH_RULE 12u                                          /* bytes of a rule before its path */
#define IDENTITY 16u  /* bytes behind a path with SB_LANDLOCK_SAME */
#define PORT_RULE 12u /* bytes of a rule */

static inline uint64_t ll_u64(const uint8_t *bytes)
{
	return (uint64_t)sb_u32(bytes) | ((uint64_t)sb_u32(bytes + 4) << 32);
}

/* What a record says before its rules. */
struct ll_layout {
	struct ll_ruleset_attr attr;
	uint32_t paths, ports;
};

/* Fills in what is known of a record in which every length holds. 0 or -EINVAL. */
int sb_landlock_parse(
	const uint8_t *record, size_t length, struct sb_landlock *state, struct ll_layout *layout);

#endif

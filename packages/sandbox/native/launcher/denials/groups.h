/* SPDX-License-Identifier: MIT */
/* Process groups, which proc(5) lists by process alone. */
#ifndef SB_GROUPS_H
#define SB_GROUPS_H

#include "outside.h"

/* Whether it has processes, all of them are outside of the sandbox for certain, and `is_sent` says of one that only a scope
 * would keep a signal of `own` from it. */
int sb_group_is_outside(const struct sb_shared *shared, const struct sb_process_facts *own,
	uint32_t group,
	int (*is_sent)(const struct sb_process_facts *, const struct sb_process_facts *));

#endif

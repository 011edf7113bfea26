/* SPDX-License-Identifier: MIT */
/* The rights that the rules grant in a directory: those of the rule for it, and of each directory above. */
#ifndef SB_RIGHTS_H
#define SB_RIGHTS_H

#include "find.h"
#include "shared.h"

/* Which of the wanted rights are missing for what has these `own` rights itself and lies in `folder`. 0 also where that can't
 * be known: then the kernel decides. */
uint64_t sb_missing(const struct sb_shared *shared, uint64_t own, const struct sb_file *folder,
	uint64_t wanted);

/* The same for what an entry is. */
uint64_t sb_missing_of(
	const struct sb_shared *shared, const struct sb_entry *entry, uint64_t wanted);

/* What a rule grants on exactly this. */
static inline uint64_t sb_granted_on(const struct sb_shared *shared, const struct ll_statx *status)
{
	return sb_granted(shared, sb_device(status), status->ino);
}

#endif

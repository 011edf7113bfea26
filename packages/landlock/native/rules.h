/*
 * The rules of a record, whose lengths were checked, added to the ruleset.
 */
#ifndef SB_LANDLOCK_RULES_H
#define SB_LANDLOCK_RULES_H

#include "landlock.h"

#define PATH_RULE 12u /* bytes of a rule before its path */
#define PORT_RULE 12u /* bytes of a rule */

static inline uint64_t ll_u64(const uint8_t *bytes)
{
	return (uint64_t)sb_u32(bytes) | ((uint64_t)sb_u32(bytes + 4) << 32);
}

/* Adds so many path rules and, behind them, port rules. 0, or -errno with the failed step in *failure (landlock.h). */
int sb_landlock_add_rules(struct sb_landlock *state, const uint8_t *at, uint32_t paths,
	uint32_t ports, struct sb_failure *failure);

#endif

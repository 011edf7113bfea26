/* SPDX-License-Identifier: MIT */
#include "caps.h"

static int is_empty(const struct caps_sets *sets)
{
	return (sets->effective | sets->permitted | sets->inheritable) == 0;
}

static int check(struct sb_failure *failure)
{
	struct caps_sets sets;
	int error = caps_get(&sets);
	if (error)
		return sb_fail(failure, "surrender", "capget", -error);
	if (!is_empty(&sets))
		return sb_fail(failure, "surrender", "capset", EPERM);
	if (caps_prctl(PRCTL_GET_KEEPCAPS, 0, 0) != 0)
		return sb_fail(failure, "surrender", "PR_SET_KEEPCAPS", EPERM);
	for (unsigned int cap = 0; cap < CAPS_BITS && caps_is_bounding(cap) >= 0; cap++) {
		if (caps_is_ambient(cap) != 0)
			return sb_fail(failure, "surrender", "PR_CAP_AMBIENT_CLEAR_ALL", EPERM);
	}
	return 0;
}

/* Every call is made whatever the others answer: this comes after a failure, and only the end counts. */
int sb_caps_surrender(struct sb_failure *failure)
{
	const struct caps_sets none = {0, 0, 0};
	(void)caps_prctl(PRCTL_CAP_AMBIENT, AMBIENT_CLEAR_ALL, 0);
	(void)caps_prctl(PRCTL_SET_KEEPCAPS, 0, 0);
	(void)caps_set(&none);
	return check(failure);
}

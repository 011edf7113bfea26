/* SPDX-License-Identifier: MIT */
#include "caps.h"

static int differs(struct sb_failure *failure, const char *call)
{
	return sb_fail(failure, "verify", call, EPERM);
}

static int open_way(struct sb_failure *failure, const char *call)
{
	return sb_fail(failure, "regain", call, EPERM);
}

/*
 * Nothing is ambient that is not permitted and inheritable (capabilities(7)), so only what is both is
 * asked for; compare_held() has seen these two sets.
 */
static int compare_bits(const struct sb_caps_target *target, struct sb_failure *failure)
{
	const uint64_t both = target->sets.permitted & target->sets.inheritable;
	for (unsigned int cap = 0; cap < CAPS_BITS; cap++) {
		int bounding = caps_is_bounding(cap);
		if (bounding == -EINVAL && cap > 0)
			return 0;
		if (bounding < 0)
			return sb_fail(failure, "verify", "prctl", -bounding);
		if (target->flags & SB_CAPS_BOUNDING && bounding && !(target->bounding >> cap & 1))
			return differs(failure, "PR_CAPBSET_READ");
		if (target->flags & SB_CAPS_SETS && both >> cap & 1 &&
			caps_is_ambient(cap) != (int)(target->ambient >> cap & 1))
			return differs(failure, "PR_CAP_AMBIENT_IS_SET");
	}
	return 0;
}

static int compare_held(const struct sb_caps_target *target, struct sb_failure *failure)
{
	struct caps_sets sets;
	int error = caps_get(&sets);
	if (error)
		return sb_fail(failure, "verify", "capget", -error);
	if (target->flags & SB_CAPS_SETS && !caps_is_same(&sets, &target->sets))
		return differs(failure, "capget");
	if (target->flags & SB_CAPS_NO_NEW_PRIVS && caps_prctl(PRCTL_GET_NO_NEW_PRIVS, 0, 0) != 1)
		return differs(failure, "PR_GET_NO_NEW_PRIVS");
	int securebits = caps_prctl(PRCTL_GET_SECUREBITS, 0, 0);
	if (securebits < 0)
		return sb_fail(failure, "verify", "prctl", -securebits);
	/* no_setuid_fixup may have been locked as on before us; nothing is gained by either value. */
	unsigned int compared = SECURE_ALL & ~(unsigned int)SECURE_NO_SETUID_FIXUP;
	if (target->flags & SB_CAPS_SECUREBITS &&
		((unsigned int)securebits & compared) != (sb_caps_locked_securebits(0) & compared))
		return differs(failure, "PR_GET_SECUREBITS");
	if (target->flags & SB_CAPS_USER_SWITCH && securebits & SECURE_KEEP_CAPS)
		return differs(failure, "PR_GET_KEEPCAPS");
	return 0;
}

static int is_settable(const struct caps_sets *target, struct caps_sets more)
{
	more.effective |= target->effective;
	more.permitted |= target->permitted;
	more.inheritable |= target->inheritable;
	return caps_set(&more) == 0;
}

/* The lowest capability that the target does not permit; CAPS_BITS where it permits all of this kernel. */
static unsigned int lowest_missing(const struct sb_caps_target *target)
{
	unsigned int cap = 0;
	while (cap < CAPS_BITS && caps_is_bounding(cap) >= 0 && target->sets.permitted >> cap & 1)
		cap++;
	return caps_is_bounding(cap) >= 0 ? cap : CAPS_BITS;
}

/*
 * One capability stands for all: capset(2) compares whole sets, and each attempt costs the kernel a
 * copy of the credentials. compare_held() has seen that the sets hold no more than they should.
 */
static int regain_sets(const struct sb_caps_target *target, struct sb_failure *failure)
{
	unsigned int cap = lowest_missing(target);
	if (!(target->flags & SB_CAPS_SETS) || cap == CAPS_BITS)
		return 0;
	uint64_t bit = 1ull << cap;
	/* CAP_SETPCAP may make inheritable whatever the bounding set holds: then that is what it gives. */
	int has_setpcap = (target->sets.permitted & CAP_SETPCAP_BIT) != 0;
	if (is_settable(&target->sets, (struct caps_sets){.permitted = bit}) ||
		is_settable(&target->sets, (struct caps_sets){.effective = bit}))
		return open_way(failure, "capset");
	if (!has_setpcap && is_settable(&target->sets, (struct caps_sets){.inheritable = bit}))
		return open_way(failure, "capset");
	if (caps_prctl(PRCTL_CAP_AMBIENT, AMBIENT_RAISE, cap) == 0)
		return open_way(failure, "PR_CAP_AMBIENT_RAISE");
	return 0;
}

static int regain_locked(const struct sb_caps_target *target, struct sb_failure *failure)
{
	if (!(target->flags & SB_CAPS_SECUREBITS))
		return 0;
	if (caps_prctl(PRCTL_SET_SECUREBITS, 0, 0) == 0)
		return open_way(failure, "PR_SET_SECUREBITS");
	if (caps_prctl(PRCTL_SET_KEEPCAPS, 1, 0) == 0)
		return open_way(failure, "PR_SET_KEEPCAPS");
	/* Nothing but the lock stands in the way of these. */
	uint64_t raisable = target->sets.permitted & target->sets.inheritable & ~target->ambient;
	for (unsigned int cap = 0; cap < CAPS_BITS; cap++) {
		if (raisable >> cap & 1 && caps_prctl(PRCTL_CAP_AMBIENT, AMBIENT_RAISE, cap) == 0)
			return open_way(failure, "PR_CAP_AMBIENT_RAISE");
	}
	return 0;
}

int sb_caps_verify(const struct sb_caps_target *target, struct sb_failure *failure)
{
	int error = compare_held(target, failure);
	if (error == 0)
		error = compare_bits(target, failure);
	if (error == 0)
		error = regain_sets(target, failure);
	if (error == 0)
		error = regain_locked(target, failure);
	/* The attempts themselves must have changed nothing. */
	return error ? error : compare_held(target, failure);
}

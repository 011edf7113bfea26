/* SPDX-License-Identifier: MIT */
#include "caps.h"

/* Steps return 0 or the result of sb_fail, and have the names that the package's errors use. */

static uint64_t bit(unsigned int capability)
{
	return 1ull << capability;
}

/* Makes two-bit settings of `wanted`, but leaves those that are locked, and bits that aren't ours. */
static unsigned int merge_securebits(unsigned int present, unsigned int wanted)
{
	unsigned int locked = (present >> 1) & SECURE_SETTINGS;
	unsigned int frozen = (locked | locked << 1) | ~(unsigned int)SECURE_ALL;
	return (present & frozen) | (wanted & ~frozen);
}

static unsigned int lock(unsigned int settings)
{
	return settings << 1;
}

/*
 * no_setuid_fixup is locked as off: then leaving uid 0 still takes capabilities away, and becoming
 * uid 0 gives none that is not permitted already.
 */
unsigned int sb_caps_locked_securebits(unsigned int present)
{
	return merge_securebits(
		present, SECURE_NOROOT | SECURE_NO_CAP_AMBIENT_RAISE | lock(SECURE_SETTINGS));
}

static int set_securebits(unsigned int wanted, struct sb_failure *failure)
{
	int present = caps_prctl(PRCTL_GET_SECUREBITS, 0, 0);
	if (present < 0)
		return sb_fail(failure, "securebits", "prctl", -present);
	unsigned int merged = merge_securebits((unsigned int)present, wanted);
	if (merged == (unsigned int)present)
		return 0;
	int error = caps_prctl(PRCTL_SET_SECUREBITS, merged, 0);
	return error ? sb_fail(failure, "securebits", "prctl", -error) : 0;
}

static int set_no_new_privs(const struct sb_caps_target *target, struct sb_failure *failure)
{
	if (!(target->flags & SB_CAPS_NO_NEW_PRIVS) ||
		caps_prctl(PRCTL_GET_NO_NEW_PRIVS, 0, 0) == 1)
		return 0;
	int error = caps_prctl(PRCTL_SET_NO_NEW_PRIVS, 1, 0);
	return error ? sb_fail(failure, "no_new_privs", "prctl", -error) : 0;
}

/* Sets them, but where they are so already. */
static int change_sets(const struct caps_sets *present, const struct caps_sets *wanted,
	const char *step, struct sb_failure *failure)
{
	int error = caps_change(present, wanted);
	return error ? sb_fail(failure, step, "capset", -error) : 0;
}

static int set_inheritable(const struct sb_caps_target *target, struct sb_failure *failure)
{
	struct caps_sets sets, wanted;
	if (!(target->flags & SB_CAPS_SETS))
		return 0;
	int error = caps_get(&sets);
	if (error)
		return sb_fail(failure, "inheritable", "capget", -error);
	/* CAP_SETPCAP would let it grow to all of the bounding set (capset(2)). Here nothing grows so. */
	if (target->sets.inheritable & ~(sets.inheritable | sets.permitted))
		return sb_fail(failure, "inheritable", "capset", EPERM);
	wanted = sets;
	wanted.inheritable = target->sets.inheritable;
	return change_sets(&sets, &wanted, "inheritable", failure);
}

/*
 * Lowering inheritable has lowered ambient as far (capset(2)), so what is left to look at is what
 * stays inheritable. Not "clear all": where raising is locked, what is kept could not be raised again.
 */
static int lower_ambient(const struct sb_caps_target *target, struct sb_failure *failure)
{
	uint64_t left = target->sets.inheritable & ~target->ambient;
	if (!(target->flags & SB_CAPS_SETS))
		return 0;
	for (unsigned int cap = 0; cap < CAPS_BITS; cap++) {
		if (!(left & bit(cap)) || caps_is_ambient(cap) != 1)
			continue;
		int error = caps_prctl(PRCTL_CAP_AMBIENT, AMBIENT_LOWER, cap);
		if (error)
			return sb_fail(failure, "lower-ambient", "prctl", -error);
	}
	return 0;
}

static int drop_bounding(const struct sb_caps_target *target, struct sb_failure *failure)
{
	if (!(target->flags & SB_CAPS_BOUNDING))
		return 0;
	for (unsigned int cap = 0; cap < CAPS_BITS; cap++) {
		if (target->bounding & bit(cap))
			continue;
		int error = caps_prctl(PRCTL_CAPBSET_DROP, cap, 0);
		if (!error)
			continue;
		/* Without CAP_SETPCAP even what is not there can't be dropped. */
		int present = caps_is_bounding(cap);
		if (present == -EINVAL && cap > 0)
			return 0; /* past the kernel's last one */
		if (present != 0)
			return sb_fail(
				failure, "drop-bounding", "prctl", present < 0 ? -present : -error);
	}
	return 0;
}

static int must_carry(const struct sb_caps_target *target)
{
	return target->flags & SB_CAPS_USER_SWITCH && target->sets.permitted != 0;
}

/* Everything that the rest of the record doesn't need any more is locked before the ids. */
static int lock_early(const struct sb_caps_target *target, struct sb_failure *failure)
{
	if (!(target->flags & SB_CAPS_SECUREBITS))
		return 0;
	unsigned int later = 0;
	if (must_carry(target))
		later |= SECURE_KEEP_CAPS;
	if (target->ambient)
		later |= SECURE_NO_CAP_AMBIENT_RAISE;
	unsigned int wanted = sb_caps_locked_securebits(0) & ~(later | lock(later));
	return set_securebits(wanted, failure);
}

/* Read first: once it is locked, even setting it to what it is fails. */
static int set_keep_capabilities(int wanted, struct sb_failure *failure)
{
	int present = caps_prctl(PRCTL_GET_KEEPCAPS, 0, 0);
	if (present < 0)
		return sb_fail(failure, "keep-capabilities", "prctl", -present);
	if (present == wanted)
		return 0;
	int error = caps_prctl(PRCTL_SET_KEEPCAPS, (unsigned long)wanted, 0);
	return error ? sb_fail(failure, "keep-capabilities", "prctl", -error) : 0;
}

static int keep_capabilities(const struct sb_caps_target *target, struct sb_failure *failure)
{
	if (!(target->flags & SB_CAPS_USER_SWITCH))
		return 0;
	return set_keep_capabilities(must_carry(target), failure);
}

/* Only what is kept remains, and CAP_SETPCAP for as long as securebits are to be locked. */
static int narrow(const struct sb_caps_target *target, struct sb_failure *failure)
{
	struct caps_sets sets, wanted;
	uint64_t helper = target->flags & SB_CAPS_SECUREBITS ? CAP_SETPCAP_BIT : 0;
	if (!(target->flags & SB_CAPS_SETS))
		return 0;
	int error = caps_get(&sets);
	if (error)
		return sb_fail(failure, "narrow", "capget", -error);
	wanted = sets;
	wanted.permitted &= target->sets.permitted | helper;
	wanted.effective = wanted.permitted & (target->sets.effective | helper);
	return change_sets(&sets, &wanted, "narrow", failure);
}

static int raise_ambient(const struct sb_caps_target *target, struct sb_failure *failure)
{
	for (unsigned int cap = 0; cap < CAPS_BITS; cap++) {
		if (!(target->ambient & bit(cap)) || caps_is_ambient(cap) == 1)
			continue;
		int error = caps_prctl(PRCTL_CAP_AMBIENT, AMBIENT_RAISE, cap);
		if (error)
			return sb_fail(failure, "raise-ambient", "prctl", -error);
	}
	return 0;
}

static int lock_late(const struct sb_caps_target *target, struct sb_failure *failure)
{
	if (target->flags & SB_CAPS_SECUREBITS)
		return set_securebits(sb_caps_locked_securebits(0), failure);
	return target->flags & SB_CAPS_USER_SWITCH ? set_keep_capabilities(0, failure) : 0;
}

/* Inheritable is within what the record permits, and the kernel refuses to permit more. */
static int set_capabilities(const struct sb_caps_target *target, struct sb_failure *failure)
{
	struct caps_sets sets;
	if (!(target->flags & SB_CAPS_SETS))
		return 0;
	int error = caps_get(&sets);
	return error ? sb_fail(failure, "capset", "capget", -error)
		     : change_sets(&sets, &target->sets, "capset", failure);
}

typedef int (*step_fn)(const struct sb_caps_target *target, struct sb_failure *failure);

static const step_fn before_ids[] = {
	set_no_new_privs,
	set_inheritable,
	lower_ambient,
	drop_bounding,
	lock_early,
	keep_capabilities,
};

static const step_fn after_ids[] = {
	narrow,
	raise_ambient,
	lock_late,
	set_capabilities,
	sb_caps_verify,
};

static int run(const step_fn *steps, size_t count, const struct sb_caps_target *target,
	struct sb_failure *failure)
{
	for (size_t i = 0; i < count; i++) {
		int error = steps[i](target, failure);
		if (error)
			return error;
	}
	return 0;
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

int sb_caps_before_ids(const uint8_t *record, size_t length, struct sb_failure *failure)
{
	struct sb_caps_target target;
	int error = sb_caps_parse(record, length, &target);
	if (error)
		return sb_fail(failure, "record", NULL, -error);
	return run(before_ids, COUNT(before_ids), &target, failure);
}

int sb_caps_after_ids(const uint8_t *record, size_t length, struct sb_failure *failure)
{
	struct sb_caps_target target;
	int error = sb_caps_parse(record, length, &target);
	if (error)
		return sb_fail(failure, "record", NULL, -error);
	return run(after_ids, COUNT(after_ids), &target, failure);
}

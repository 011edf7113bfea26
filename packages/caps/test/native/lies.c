/* SPDX-License-Identifier: MIT */
/*
 * The verification and the surrender of the C core against a kernel that lies: the calls that they make are replaced by
 * ones that answer, at one place, as a kernel would that did not do what it was asked, or lets something be undone.
 * Changes nothing: every call that would is answered here. Arguments: verify or surrender, and lies. Prints each lie, the step
 * that noticed it, and the call that step names; `ok` where nothing was noticed.
 */
#include "../../native/caps.h"

#include <stdio.h>
#include <string.h>

static const char *lie;
static int reads;

static int is_lie(const char *name)
{
	return strcmp(lie, name) == 0;
}

static const struct sb_caps_target target = {
	.flags = SB_CAPS_ALL_FLAGS,
	.sets = {.effective = 3 << 10, .permitted = 3 << 10, .inheritable = 3 << 10},
	.ambient = 1 << 10,
};

static int lying_get(struct caps_sets *sets)
{
	*sets = target.sets;
	if (is_lie("surrendered"))
		*sets = (struct caps_sets){0};
	if (is_lie("effective"))
		sets->effective &= ~(1ull << 10);
	if (is_lie("permitted"))
		sets->permitted |= 1;
	/* The attempts themselves changed something. */
	if (is_lie("inheritable") || (is_lie("changed-by-attempt") && reads++ > 0))
		sets->inheritable |= 1;
	return is_lie("capget") ? -EPERM : 0;
}

static int lying_set(const struct caps_sets *sets)
{
	uint64_t cap = 1 << 0; /* the lowest that the target lacks */
	if ((is_lie("raise-permitted") && sets->permitted & cap) ||
		(is_lie("raise-effective") && sets->effective & cap) ||
		(is_lie("raise-inheritable") && sets->inheritable & cap))
		return 0;
	return -EPERM;
}

static int ambient(unsigned long operation, unsigned long cap)
{
	if (operation == AMBIENT_IS_SET)
		return is_lie("ambient-left")
			       ? 1
			       : cap == 10 && !is_lie("surrendered") && !is_lie("ambient");
	if (operation == AMBIENT_RAISE)
		return (is_lie("raise-ambient") && cap == 0) || (is_lie("raise-kept") && cap == 11)
			       ? 0
			       : -EPERM;
	return 0;
}

static int lying_prctl(int option, unsigned long a, unsigned long b)
{
	switch (option) {
	case PRCTL_GET_NO_NEW_PRIVS:
		return !is_lie("no_new_privs");
	case PRCTL_GET_SECUREBITS:
		if (is_lie("keep-caps"))
			return SECURE_KEEP_CAPS;
		return is_lie("securebits") ? 0xe9 : 0xeb;
	case PRCTL_GET_KEEPCAPS:
		return is_lie("keep-caps-left");
	case PRCTL_SET_SECUREBITS:
		return is_lie("unlock") ? 0 : -EPERM;
	case PRCTL_SET_KEEPCAPS:
		return is_lie("keep-again") ? 0 : -EPERM;
	case PRCTL_CAPBSET_READ:
		return a > 40 ? -EINVAL : is_lie("bounding") && a == 5;
	case PRCTL_CAP_AMBIENT:
		return ambient(a, b);
	default:
		return -EINVAL;
	}
}

#define caps_get lying_get
#define caps_set lying_set
#define caps_prctl lying_prctl
#define caps_is_bounding(cap) lying_prctl(PRCTL_CAPBSET_READ, cap, 0)
#define caps_is_ambient(cap) lying_prctl(PRCTL_CAP_AMBIENT, AMBIENT_IS_SET, cap)
unsigned int sb_caps_locked_securebits(unsigned int present)
{
	return present | 0xeb;
}
#include "../../native/surrender.c"
#include "../../native/verify.c"

int main(int argc, char **argv)
{
	/* verify LIE… or surrender LIE… */
	for (int i = 2; i < argc; i++) {
		struct sb_failure failure = {0};
		struct sb_caps_target asked = target;
		lie = argv[i];
		reads = 0;
		if (is_lie("keep-caps")) /* where securebits were not to be locked */
			asked.flags &= ~(unsigned int)SB_CAPS_SECUREBITS;
		if (is_lie("raise-ambient"))
			asked.flags = SB_CAPS_SETS;
		int error = strcmp(argv[1], "verify") == 0 ? sb_caps_verify(&asked, &failure)
							   : sb_caps_surrender(&failure);
		printf("%s %s %s\n", lie, error ? failure.step : "ok",
			error ? failure.syscall : "-");
	}
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * Whether this layer's calls get as far as the kernel. Each is made so that the kernel itself has nothing against
 * it: setting what is there, or giving up what a process may always give up.
 */
#include "denied.h"
#include "kernel.h"

static int errno_of(int answer)
{
	return answer < 0 ? -answer : 0;
}

static int ask_no_new_privs(void)
{
	return errno_of(caps_prctl(PRCTL_SET_NO_NEW_PRIVS, 1, 0));
}

static int ask_ambient(void)
{
	return errno_of(caps_is_ambient(0));
}

/* Both below need CAP_SETPCAP; without it EPERM is the kernel's own answer, and plan() knows that. */
static int has_setpcap(void)
{
	struct caps_sets sets;
	return caps_get(&sets) == 0 && sets.effective & CAP_SETPCAP_BIT;
}

static int ask_bounding(void)
{
	return has_setpcap() ? errno_of(caps_prctl(PRCTL_CAPBSET_DROP, 0, 0)) : 0;
}

static int ask_securebits(void)
{
	int present = caps_prctl(PRCTL_GET_SECUREBITS, 0, 0);
	if (present < 0 || !has_setpcap())
		return 0; /* that it can't be read is told where it is read */
	return errno_of(caps_prctl(PRCTL_SET_SECUREBITS, (unsigned long)present, 0));
}

static int ask_capset(void)
{
	struct caps_sets sets;
	return caps_get(&sets) == 0 ? errno_of(caps_set(&sets)) : 0;
}

const struct sb_named_question sb_caps_questions[SB_CAPS_QUESTIONS] = {
	{"prctl(PR_SET_NO_NEW_PRIVS)", ask_no_new_privs},
	{"prctl(PR_CAP_AMBIENT)", ask_ambient},
	{"prctl(PR_CAPBSET_DROP)", ask_bounding},
	{"prctl(PR_SET_SECUREBITS)", ask_securebits},
	{"capset", ask_capset},
};

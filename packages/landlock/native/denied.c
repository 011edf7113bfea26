/* SPDX-License-Identifier: MIT */
/*
 * Whether this layer's calls get as far as the kernel, and whether it takes one ruleset more. Asked in a process
 * apart, so the last question may be the act itself.
 */
#include "denied.h"
#include "landlock_abi.h"
#include "landlock_sys.h"

#include <errno.h> /* the numbers only */
#include <linux/prctl.h>

/* No ruleset is open under this number, and the kernel looks that up before anything else it could refuse. */
#define NO_RULESET (-1)

/* A ruleset that restricts programs and grants nothing, or -errno. */
static long create(void)
{
	const struct ll_ruleset_attr attr = {.handled_fs = LL_FS_EXECUTE};
	return ll_call(LL_SYS_CREATE_RULESET, (long)&attr, sizeof attr.handled_fs, 0, 0, 0);
}

static int ask_create(void)
{
	long ruleset = create();
	return ruleset < 0 ? (int)-ruleset : 0;
}

static int ask_add(void)
{
	long answer = ll_call(LL_SYS_ADD_RULE, NO_RULESET, LL_RULE_NET_PORT, 0, 0, 0);
	/* Success, which the kernel can't answer with here, is found out by what the rules then do. */
	return answer == -EBADF || answer >= 0 ? 0 : (int)-answer;
}

/* 0, E2BIG where sixteen rulesets are in force, or what a filter answered with. */
static int ask_restrict(void)
{
	/* Told by the capabilities' layer, if that is denied; then the kernel's EPERM follows from it. */
	int has_none = sb_syscall6(__NR_prctl, PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0, 0) != 0;
	long ruleset = create();
	if (ruleset < 0)
		return 0; /* told by the question above */
	long answer = ll_call(LL_SYS_RESTRICT_SELF, ruleset, 0, 0, 0, 0);
	if (answer == -EPERM && has_none)
		return 0;
	return answer < 0 ? (int)-answer : 0;
}

const struct sb_named_question sb_landlock_questions[SB_LANDLOCK_QUESTIONS] = {
	{"landlock_create_ruleset", ask_create},
	{"landlock_add_rule", ask_add},
	{"landlock_restrict_self", ask_restrict},
};

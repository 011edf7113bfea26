/* SPDX-License-Identifier: MIT */
/* What the ruleset answers to a call. It decides as security/landlock/fs.c does, for the rules of this one ruleset: what
 * sandboxes around it forbid, and what modes and mounts forbid, the kernel answers itself. */
#ifndef SB_JUDGE_H
#define SB_JUDGE_H

#include "caller.h"
#include "shared.h"

/* A refusal, and what it was about. */
struct sb_denial {
	int error;      /* positive */
	uint64_t right; /* the first that is missing, one bit */
	char path[SB_NAME_MAX + 256];
	char other[SB_NAME_MAX + 256]; /* of rename and link, where it goes; or empty */
};

/* Whether the caller still waits for its answer: what was read of it before belongs to it then. */
typedef int sb_still_waits(void *context);

/* 1: denied, and *denial says why. 0: the kernel decides. */
int sb_judge(const struct sb_shared *shared, const struct sb_request *request, uint32_t thread,
	sb_still_waits *waits, void *context, struct sb_denial *denial);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Questions to the kernel whose answer is an act: whether capset(2) is let through shows when it is called. They
 * are asked in a process apart, a fork that does nothing else, so that this one stays as it is, and lives on
 * where a filter answers by killing (SECCOMP_RET_KILL_PROCESS of seccomp(2)).
 */
#ifndef SB_ASK_H
#define SB_ASK_H

#include <stddef.h>

/* One question: 0 as the kernel answers by nature, or the positive errno that somebody else answered with. */
typedef int (*sb_question)(void);

/* In the place of an errno: what asked was killed. */
#define SB_ASK_KILLED 0x1000

#define SB_QUESTIONS_MAX 8u

/*
 * Whether something above can stand between this thread and the kernel: a filter, or no_new_privs, which every
 * filter and every ruleset of an ordinary process comes with. Without either there is nothing to ask about.
 */
int sb_ask_is_due(void);

/*
 * Asks them in turn, each in the state that those before it have left. 0 with their answers, or -errno if there
 * can't be another process.
 */
int sb_ask_apart(const sb_question *questions, size_t count, int *answers);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Questions to the kernel that only an attempt answers: whether capset(2) is let through shows when
 * it is called. A separate process asks them, a fork that does nothing else. So this process stays
 * unchanged, and survives a filter that answers by killing (SECCOMP_RET_KILL_PROCESS of
 * seccomp(2)).
 */
#ifndef SB_ASK_H
#define SB_ASK_H

#include <stddef.h>

/* One question: 0 if the answer is the kernel's own, or the positive errno of a filter's answer. */
typedef int (*sb_question)(void);

/* Instead of an errno: the asking process was killed. */
#define SB_ASK_KILLED 0x1000

#define SB_QUESTIONS_MAX 8u

/*
 * Whether something can answer this thread instead of the kernel: a filter, or no_new_privs, which
 * every filter and every ruleset of an ordinary process requires. Without either, no question is
 * needed.
 */
int sb_ask_is_due(void);

/*
 * Asks them in order, each in the state that the earlier ones have left. 0 with their answers, or
 * -errno if another process cannot be created.
 */
int sb_ask_apart(const sb_question *questions, size_t count, int *answers);

#endif

/* SPDX-License-Identifier: MIT */
/* Signals (hook_task_kill() in security/landlock/task.c). */
#ifndef SB_JUDGE_SIGNAL_H
#define SB_JUDGE_SIGNAL_H

#include "judge.h"

/* The bit of a denial's right that means a signal. The path is then the number of the process, or that of a group after a "-". */
#define SB_BY_SIGNAL 49

/* As sb_judge, for kill(2) and its like. About processes that may be inside the kernel decides alone, and about groups that
 * have one: a signal to such a group succeeds. */
int sb_judge_signal(const struct sb_shared *shared, const struct sb_request *request,
	struct sb_caller *caller, struct sb_denial *denial);

#endif

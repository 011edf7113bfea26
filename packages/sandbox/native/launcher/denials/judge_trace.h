/* SPDX-License-Identifier: MIT */
/* Calls that trace a process by its number or by a descriptor (hook_ptrace_access_check() in security/landlock/task.c). */
#ifndef SB_JUDGE_TRACE_H
#define SB_JUDGE_TRACE_H

#include "judge.h"

/* As sb_judge, for ptrace(2) that attaches, process_vm_readv(2) and its twin, pidfd_getfd(2), and kcmp(2). */
int sb_judge_trace(const struct sb_shared *shared, const struct sb_request *request,
	struct sb_caller *caller, struct sb_denial *denial);

#endif

/* SPDX-License-Identifier: MIT */
/* Opening, changing and executing a file (hook_file_open() and its like in security/landlock/fs.c). */
#ifndef SB_JUDGE_OPEN_H
#define SB_JUDGE_OPEN_H

#include "judge.h"

/* As sb_judge, for a name that was read. */
int sb_judge_open(const struct sb_shared *shared, const struct sb_request *request,
	const struct sb_name *name, struct sb_denial *denial);

/* The same for truncate(2) and execve(2): whether a regular file may be changed or executed; both follow links. */
int sb_judge_use(const struct sb_shared *shared, const struct sb_request *request,
	const struct sb_name *name, struct sb_denial *denial);

#endif

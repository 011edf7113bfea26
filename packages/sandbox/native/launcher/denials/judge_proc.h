/* SPDX-License-Identifier: MIT */
/* Files and links of proc(5) that the kernel opens for those alone who may trace their process (fs/proc/base.c). */
#ifndef SB_JUDGE_PROC_H
#define SB_JUDGE_PROC_H

#include "find.h"
#include "judge.h"

/* Whether opening a file is such a denial, which the rules and the modes allow. */
int sb_judge_proc_file(const struct sb_shared *shared, const struct sb_name *name,
	const struct sb_entry *entry, struct sb_denial *denial);

/* Whether a name looks like such a file, or leads through such a link: a first look at it says nothing. */
int sb_is_traced_by_name(const char *path);

/* The same for reading, or following, a link by a descriptor of it. */
int sb_judge_proc_link(const struct sb_shared *shared, const struct sb_name *name,
	const struct sb_file *link, struct sb_denial *denial);

/* As sb_judge for readlink(2), for a name that was read. */
int sb_judge_read_link(
	const struct sb_shared *shared, const struct sb_name *name, struct sb_denial *denial);

#endif

/* SPDX-License-Identifier: MIT */
/* Whether a process is outside of the sandbox for certain. Only the kernel knows a process's domain, but each process of the
 * sandbox is younger than the launcher, and has its filter besides those that the launcher had. */
#ifndef SB_OUTSIDE_H
#define SB_OUTSIDE_H

#include "process_facts.h"
#include "shared.h"

/* Notes the age of this process, the launcher, and how many filters a process of the sandbox has at least. */
void sb_outside_note(struct sb_shared *shared);

/* 0: it may be inside. No process enters the sandbox later, and none leaves it. */
int sb_is_outside(const struct sb_shared *shared, const struct sb_process_facts *facts);

#endif

/* SPDX-License-Identifier: MIT */
/* Tracing, and what the kernel counts as that: memory, descriptors and links of another process (ptrace(2), "Ptrace access mode
 * checking"). Landlock denies it to every process outside, whatever the rules are. */
#ifndef SB_TRACE_H
#define SB_TRACE_H

#include "judge.h"
#include "process_facts.h"

/* The bit of a denial's right that means tracing. The path is then the number of the process; or it is what was named in
 * proc(5), and `other` is the number. */
#define SB_BY_TRACE 51

/* By which ids the kernel asks: those of the process, or those for files. */
enum sb_asked { SB_BY_REAL, SB_BY_FILES };

/* Whether all but Landlock lets `own` trace a thread, and that one is outside of the sandbox for certain. `target` is filled in.
 * Where the kernel's other checks can't be known, 0. */
int sb_is_untraceable(const struct sb_shared *shared, const struct sb_process_facts *own,
	uint32_t thread, enum sb_asked asked, struct sb_process_facts *target);

/* Whether two processes are in one user namespace; 0 also if that can't be known. */
int sb_is_in_user_namespace(uint32_t a, uint32_t b);

/* Fills in a denial; its path is the number of the process. */
void sb_deny_trace(struct sb_denial *denial, int error, uint32_t process);

#endif

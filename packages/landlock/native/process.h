/* SPDX-License-Identifier: MIT */
/*
 * Phase 2 of landlock.h for a process of many threads: rehearse on a thread made for it, restrict
 * every thread, and have each one show that it is.
 */
#ifndef SB_LANDLOCK_PROCESS_H
#define SB_LANDLOCK_PROCESS_H

#include "landlock.h"
#include "proof.h"

struct sb_landlock_reached {
	int threads;         /* how many threads were restricted, the caller included */
	sb_proof_set proofs; /* what each of them was denied and the caller wasn't before */
};

/*
 * Both phases for this process; state->skipped and its context are the caller's. 0, or -errno with
 * the failed step in *failure. As in phase 1, nothing was restricted, or:
 *   tasks      /proc/self/task can't be opened; nothing was restricted
 *   rehearse   the kernel refuses, seen on a thread that has ended; without a call: -EPERM, what the
 *              ruleset forbids was still allowed there, or -EMFILE and such, it can't be tried;
 *              nothing was restricted
 *   restrict   all threads at once (TSYNC): none was restricted
 *   threads    one by one: some may be restricted and some not; the process must end
 *   verify     -EPERM, a thread was let do what the ruleset forbids; the process must end
 * no_new_privs must be set on every thread before.
 */
int sb_landlock_apply(const uint8_t *record, size_t length, struct sb_landlock *state,
	struct sb_landlock_reached *reached, struct sb_failure *failure);

#endif

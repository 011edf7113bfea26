/* SPDX-License-Identifier: MIT */
/* Shows that a ruleset is enforced: /proc has no line for Landlock, so the launcher tries what it
 * forbids. */
#ifndef SB_PROVE_H
#define SB_PROVE_H

#include "../../../landlock/native/landlock.h"

/* What was allowed before the ruleset, so that only the ruleset can have denied it afterwards. */
enum sb_control {
	SB_CONTROL_WRITE = 1 << 0,
	SB_CONTROL_SIGNAL = 1 << 1,
	SB_CONTROL_CONNECT = 1 << 2,
	SB_CONTROL_BIND = 1 << 3,
};

/* The file that the launcher opens for writing; the sender of the records knows whether a rule
 * allows that. */
#define SB_PROOF_FILE "/dev/full"

/* Whether a process may be signalled: 0 or -errno; -ESRCH also for 0, which means no number in this
 * namespace. */
long sb_ask(long peer);

/* Attempts everything before the ruleset, since it may be denied for other reasons: writing by the
 * file's mode or its file system, signalling by the ids (credentials(7)), each call by an earlier
 * filter. `peer` is a process that must be out of reach. */
unsigned int sb_control(const struct sb_landlock *ruleset, long peer);

/* Attempts what the ruleset forbids and what was allowed before, and reports each answer. Nothing
 * is written, sent or signalled, with any answer. Returns 0, or -EPERM if something was allowed:
 * then the kernel, or a filter that answers in its place, restricts nothing. `write_denied` means
 * that no rule allows the file. */
int sb_prove(int status, const struct sb_landlock *ruleset, unsigned int control, long peer,
	int write_denied, struct sb_failure *failure);

#endif

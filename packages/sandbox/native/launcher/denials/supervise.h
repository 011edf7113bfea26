/* SPDX-License-Identifier: MIT */
/* A supervisor: a process beside the target that reports what the ruleset and the filter refused.
 *
 * The filter passes calls to it that name files (SECCOMP_RET_USER_NOTIF, Linux 5.14), and those that it would answer with an
 * error: the data of its question is that error. The supervisor runs the same filter on the same call, and answers with it. For
 * a name it follows the name as the kernel would,
 * and judges it by the rules that the launcher has added. If they refuse, it answers with the error itself, and reports that:
 * so what is reported was refused, whatever other threads did meanwhile. If they do not, the call continues, and Landlock
 * decides. So it never allows anything. If it dies, the kernel answers these calls with ENOSYS.
 *
 * It starts before the launcher changes anything: outside of the limits, the domain, the session and the user of the target. It
 * looks at files with the target's ids, and has no capability but to read other processes. */
#ifndef SB_SUPERVISE_H
#define SB_SUPERVISE_H

#include "shared.h"
#include "../launcher.h"

#include "../../../../landlock/native/landlock.h"

/* Whose files it looks at. */
struct sb_supervised {
	const uint8_t *user; /* the record of the change of user, or NULL */
	size_t user_length;
};

/*
 * Starts the supervisor where the process record asks for one, and reports its number. *shared is NULL if it does not.
 *
 * 0, or -errno with step "denials": as mmap, pidfd_open or clone failed; -ETIMEDOUT, it was not ready in time, and was killed;
 * otherwise as it failed itself.
 */
int sb_supervise(const struct sb_process *process, int status, const struct sb_supervised *whom,
	struct sb_shared **shared, struct sb_failure *failure);

/* Notes what a rule grants, for `granted` of struct sb_landlock. */
void sb_supervise_grant(int descriptor, uint64_t rights);

/* The same for `granted_port`. */
void sb_supervise_port(uint16_t port, uint64_t rights);

/* Says which rights are restricted, and that all rules are there. -E2BIG: more than fit. */
int sb_supervise_rules(
	struct sb_shared *shared, const struct sb_landlock *landlock, struct sb_failure *failure);

/* Copies the filter of a record, for its answers. 0, or a failure: it has an instruction that is not known. */
int sb_supervise_filter(
	struct sb_shared *shared, const uint8_t *record, size_t length, struct sb_failure *failure);

/* Takes the name that the target will have, for a report that its exec was refused. Before the filter, which may deny it. */
void sb_supervise_name(const struct sb_process *process);

/* Ends this process if it has not executed the target in time. Before the filter, which may deny it. */
int sb_supervise_deadline(struct sb_failure *failure);

/* Passes the listener on. The launcher's next exec waits for the supervisor's answer. */
void sb_supervise_listener(struct sb_shared *shared, int listener);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Attempts that a ruleset may forbid: how a thread shows that it is restricted, since no file in
 * /proc tells (proc_pid_status(5) has a line for seccomp and one for no_new_privs, none for
 * Landlock). Each attempt is harmless where it is allowed, and async-signal-safe.
 */
#ifndef SB_LANDLOCK_PROOF_H
#define SB_LANDLOCK_PROOF_H

#include "landlock.h"

#include <sys/socket.h>
#include <sys/un.h>

#define SB_PROOFS_MAX 32

/* What the attempts need; made before anything is restricted. */
struct sb_proof_context {
	uint16_t connect_port, bind_port;
	pid_t outsider; /* a process that is no part of this one; 0 for none */
	int listener;   /* abstract socket made by an unrestricted thread; -1 for none */
	struct sockaddr_un address; /* its address */
	socklen_t address_length;
};

/* Bit n stands for attempt n. */
typedef uint32_t sb_proof_set;

/* Prepares the attempts that `state` may forbid. Never fails: what can't be prepared is left out. */
void sb_proof_prepare(struct sb_proof_context *context, const struct sb_landlock *state);

struct sb_proof_answers {
	sb_proof_set denied;  /* as Landlock denies */
	sb_proof_set allowed; /* as a kernel answers that let it happen */
	int shortage;         /* -EMFILE and such, from an attempt that couldn't be made; or 0 */
};

/* Makes the attempts in `which`. An attempt that is in neither set says nothing. */
struct sb_proof_answers sb_proof_try(const struct sb_proof_context *context, sb_proof_set which);

/* Before sb_landlock_build: notes what its rules grant, for sb_proof_due. One ruleset at a time. */
void sb_proof_watch(struct sb_landlock *state);

/* Those of `allowed` that the ruleset must deny: it has the right, and no rule gives it back. */
sb_proof_set sb_proof_due(const struct sb_landlock *state, sb_proof_set allowed);

/* The attempt as text, for instance `open("/", read_dir): EACCES`; NULL past the last. */
const char *sb_proof_name(unsigned int attempt);

void sb_proof_release(struct sb_proof_context *context);

#endif

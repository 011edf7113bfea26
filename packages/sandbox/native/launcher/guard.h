/* SPDX-License-Identifier: MIT */
/* A guardian: a process beside the target that ends everything that the target started, when the
 * target or its parent ends.
 *
 * The launcher enters a Landlock domain that scopes only signals, and starts the guardian there;
 * the target's own domain is nested in it. kill(2) of -1 reaches what the caller may signal. So
 * from there it reaches the target and its descendants, in any session and with any parent, and no
 * other process of the machine. The kernel walks its list with fork(2) locked out, and a fork fails
 * if SIGKILL is pending: no process escapes. The scope of the target's own domain prevents it from
 * signalling the guardian. Needs Landlock's ABI 6 (Linux 6.12).
 *
 * If the target has a cgroup, the guardian stays outside and writes to its cgroup.kill instead
 * (Linux 5.14): it enters no domain, and signals nothing. */
#ifndef SB_GUARD_H
#define SB_GUARD_H

#include "launcher.h"

/* What it needs to know about the target's own domain. */
struct sb_guarded {
	int has_files;     /* whether that restricts a right of files */
	unsigned int user; /* whom the target runs as */
	int moves;     /* whether the target may have CAP_SETUID, by which it takes another user */
	long guardian; /* out: its number; 0, there is none */
};

/*
 * Starts the guardian where the process record asks for one; after no_new_privs, before rights are given up.
 *
 * 0, also where there is none and it is not required: then "unguarded" with an errno is reported. Otherwise -errno:
 *   descendants   what a guardian takes can't be had, and it is required
 *   prove         -EPERM, the parent could be signalled in spite of the scope: nothing is sure of any process then
 */
int sb_guard(const struct sb_process *process, int status, struct sb_guarded *guarded,
	struct sb_failure *failure);

#endif

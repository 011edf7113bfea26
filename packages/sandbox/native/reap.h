/* SPDX-License-Identifier: MIT */
/* Waiting for a child that child_process knows nothing of. */
#ifndef SB_REAP_H
#define SB_REAP_H

#include <sys/types.h>

/*
 * Takes the end of this one child, if it has ended (waitpid(2), WNOHANG). 0; -EAGAIN, it has not; or -errno: -ECHILD where
 * there is no such child of ours.
 */
int sb_reap(pid_t pid);

#endif

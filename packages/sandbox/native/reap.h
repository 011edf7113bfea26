/* SPDX-License-Identifier: MIT */
/* Waiting for a child that child_process does not know. */
#ifndef SB_REAP_H
#define SB_REAP_H

#include <sys/types.h>

/* Waits for this one child, if it has ended (waitpid(2), WNOHANG). Returns its status as in wait(2);
 * -EAGAIN if it has not ended; or -errno: -ECHILD if this process has no such child. */
int sb_reap(pid_t pid);

#endif

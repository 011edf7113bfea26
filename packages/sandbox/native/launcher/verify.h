/* SPDX-License-Identifier: MIT */
/*
 * Reads back what the launcher did to its own process. A filter above may answer a call in the place
 * of the kernel: with success, and nothing was done (SECCOMP_RET_ERRNO with 0 of seccomp(2)). What
 * asks is prepared so that an answer of that kind to the question too is found out.
 */
#ifndef SB_VERIFY_H
#define SB_VERIFY_H

#include "launcher.h"

/* Each: 0; -EPERM, it is otherwise than was asked for; or -errno, it can't be read. */

/* The parent-death signal (PR_GET_PDEATHSIG). */
int sb_verify_death_signal(int signal);

/* Soft and hard limit of a resource. */
int sb_verify_limit(uint32_t resource, const uint64_t limit[2]);

/* That the working directory is the folder of that path. */
int sb_verify_folder(const char *path);

/*
 * That the file at that path is the one of these numbers (-ESTALE if it is not), and that this process
 * may execute it by its mode and the folders above (access(2)).
 */
int sb_verify_executable(const char *path, uint64_t device, uint64_t inode);

/* Sets the umask, which answers with the one from before and with no error. */
int sb_set_umask(uint32_t mask);

/* no_new_privs, which prctl(2) gives as a number. */
int sb_verify_no_new_privs(void);

#endif

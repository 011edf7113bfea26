/* SPDX-License-Identifier: MIT */
/* Reads back what the launcher did to its own process. An earlier filter may answer a call in place
 * of the kernel: with success, although nothing was done (SECCOMP_RET_ERRNO with 0 of seccomp(2)).
 * The queries are prepared so that such an answer to the query itself is detected. */
#ifndef SB_VERIFY_H
#define SB_VERIFY_H

#include "launcher.h"

/* Each returns 0; -EPERM if the state is not the expected one; or -errno if it cannot be read. */

/* The parent-death signal (PR_GET_PDEATHSIG). */
int sb_verify_death_signal(int signal);

/* Soft and hard limit of a resource. */
int sb_verify_limit(uint32_t resource, const uint64_t limit[2]);

/* That the working directory is the directory of that path. */
int sb_verify_folder(const char *path);

/* That the file at that path has these numbers (-ESTALE if not), and that this process may execute
 * it by its mode and the directories above (access(2)). */
int sb_verify_executable(const char *path, uint64_t device, uint64_t inode);

/* Sets the umask; the call returns the old one and no error. */
int sb_set_umask(uint32_t mask);

/* no_new_privs, which prctl(2) returns as a number. */
int sb_verify_no_new_privs(void);

#endif

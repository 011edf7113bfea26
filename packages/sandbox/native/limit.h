/* SPDX-License-Identifier: MIT */
/* Limits of this process, soft and hard alike (setrlimit(2)). */
#ifndef SB_LIMIT_H
#define SB_LIMIT_H

#include <stdint.h>

/* Sets a limit and reads it back. Returns 0; -EBADMSG if success was reported and nothing was done;
 * -errno. */
int sb_set_limit(unsigned int resource, uint64_t value);

/* Whether a limit could be set, without changing it: 0 or -errno. */
int sb_try_limit(unsigned int resource, uint64_t value);

#endif

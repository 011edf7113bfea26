/* SPDX-License-Identifier: MIT */
/* Whether this process has an io_uring in use, which a filter must not take away from it. */
#ifndef SB_RINGS_H
#define SB_RINGS_H

/*
 * 1 if one of the first 1,024 descriptors is an io_uring and io_uring_enter(2) works, otherwise 0.
 * Asks the descriptors themselves, not /proc, which may be inaccessible already.
 */
int sb_has_ring(void);

#endif

/* SPDX-License-Identifier: MIT */
/* Whether proc(5) hides processes from some users. This process sees more of it than the callers then. */
#ifndef SB_HIDDEN_H
#define SB_HIDDEN_H

/* 1: some mount of it has the option hidepid, or that can't be known. It looks once. */
int sb_proc_hides(void);

#endif

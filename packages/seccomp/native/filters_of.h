/* SPDX-License-Identifier: MIT */
/* The filters of another process, as the kernel keeps them (PTRACE_SECCOMP_GET_FILTER, ptrace(2)). */
#ifndef SB_FILTERS_OF_H
#define SB_FILTERS_OF_H

#include "sb_record.h"

/* For each filter, the first loaded first: u32 instructions, and these, eight bytes each. */
struct sb_filters {
	uint8_t *bytes; /* the caller frees it; NULL after a failure */
	size_t length;
};

/*
 * Reads all filters of one thread, which stops for a moment. It resumes in any case: also if this
 * process is killed meanwhile, since the kernel then detaches it (PTRACE_SEIZE).
 *
 * 0, or -errno with the failed step in *failure:
 *   attach  -ESRCH, no such thread; -EPERM, it may not be traced, or something traces it
 *   stop    -ETIMEDOUT, it sleeps in the kernel; it stays attached until the calling thread ends
 *           -ESRCH, it has ended
 *   read    -EACCES, CAP_SYS_ADMIN is missing, or the caller has a filter
 *           -EINVAL, the thread has no filter, or the kernel lacks CONFIG_CHECKPOINT_RESTORE
 *           -EIO, the kernel is older than 4.4
 *   detach  as the call failed
 */
int sb_filters_of(int thread, struct sb_filters *filters, struct sb_failure *failure);

#endif

/* SPDX-License-Identifier: MIT */
#include "dumpable.h"

#include <errno.h>
#ifdef __linux__
#include <sys/prctl.h>
#endif

int sb_make_undumpable(void)
{
#ifdef __linux__
	/* After a change of ids the kernel has done it already: 0, or 2 for dumps that only root can read. */
	int state = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
	if (state == 0 || state == 2)
		return 0;
	if (state < 0 || prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		return -errno;
	state = prctl(PR_GET_DUMPABLE, 0, 0, 0, 0);
	if (state < 0)
		return -errno;
	return state == 0 ? 0 : -EPERM;
#else
	return -ENOSYS;
#endif
}

/* SPDX-License-Identifier: MIT */
/* no_new_privs (prctl(2), Documentation/userspace-api/no_new_privs.rst) on one thread. */
#ifndef SB_NO_NEW_PRIVS_H
#define SB_NO_NEW_PRIVS_H

#include <errno.h>
#include <sys/prctl.h>

/* Sets it on the calling thread and reads it back. An sb_thread_fn; the argument is not used. */
static inline int sb_no_new_privs(void *unused)
{
	(void)unused;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1)
		return 0;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : -EPERM;
}

#endif

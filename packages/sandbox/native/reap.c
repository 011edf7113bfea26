/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "reap.h"

#include <errno.h>
#ifdef __linux__
#include <stddef.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

int sb_reap(pid_t pid)
{
	/* -1 and 0 would mean any child: libuv's as well. */
	if (pid <= 0)
		return -ECHILD;
	int status = 0;
	long ended = syscall(SYS_wait4, pid, &status, WNOHANG, NULL);
	if (ended < 0)
		return -errno;
	return ended == pid ? status : -EAGAIN;
}
#else
/* Only the launcher starts children that are waited for in this way. */
int sb_reap(pid_t pid)
{
	(void)pid;
	return -ECHILD;
}
#endif

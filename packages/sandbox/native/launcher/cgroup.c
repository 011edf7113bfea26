/* SPDX-License-Identifier: MIT */
#include "cgroup.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>

int sb_cgroup_keep_private(const struct sb_process *process)
{
	if (!(process->flags & SB_PROCESS_CGROUP))
		return 0;
	long error = sb_syscall3(__NR_fcntl, process->cgroup_procs, F_SETFD, FD_CLOEXEC);
	if (!error && process->cgroup_kill >= 0)
		error = sb_syscall3(__NR_fcntl, process->cgroup_kill, F_SETFD, FD_CLOEXEC);
	return (int)error;
}

/* An earlier filter can answer here too. Returns 0, or -EPERM for a descriptor that is still open. */
static int close_verified(int descriptor)
{
	(void)sb_syscall3(__NR_close, descriptor, 0, 0); /* closed even if it reports an error */
	return sb_syscall3(__NR_fcntl, descriptor, F_GETFD, 0) == -EBADF ? 0 : -EPERM;
}

int sb_cgroup_join(const struct sb_process *process, struct sb_failure *failure)
{
	if (!(process->flags & SB_PROCESS_CGROUP))
		return 0;
	/* "0" is the writer (cgroup-v2.rst, "cgroup.procs"). A filter cannot answer 1. */
	long written = sb_syscall3(__NR_write, process->cgroup_procs, (long)"0", 1);
	if (written != 1)
		return sb_fail(failure, "cgroup", "write", written < 0 ? (int)-written : EIO);
	int error = close_verified(process->cgroup_procs);
	if (!error && process->cgroup_kill >= 0)
		error = close_verified(process->cgroup_kill);
	return error ? sb_fail(failure, "verify", "close", -error) : 0;
}

/* SPDX-License-Identifier: MIT */
#include "launcher.h"
#include "cgroup.h"
#include "keyring.h"
#include "strings.h"
#include "verify.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <linux/fcntl.h>
#include <linux/prctl.h>
#include <linux/signal.h>

int sb_process_bind(const struct sb_process *process, struct sb_failure *failure)
{
	if (!(process->flags & SB_PROCESS_DIE_WITH_PARENT))
		return 0;
	long error = sb_syscall3(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0);
	if (error)
		return sb_fail(failure, "die_with_parent", "prctl", (int)-error);
	error = sb_verify_death_signal(SIGKILL);
	if (error)
		return sb_fail(failure, "verify", "prctl", (int)-error);
	/* It may have died before the signal was requested. */
	if (process->parent != 0 && sb_syscall3(__NR_getppid, 0, 0, 0) != (long)process->parent)
		return sb_fail(failure, "die_with_parent", "getppid", ESRCH);
	return 0;
}

static int set_limits(const struct sb_process *process, struct sb_failure *failure)
{
	for (uint32_t i = 0; i < process->limit_count; i++) {
		const uint8_t *entry = process->limits + 24 * i;
		uint64_t limit[2];
		memcpy(limit, entry + 8, sizeof limit);
		long error =
			sb_syscall6(__NR_prlimit64, 0, (long)sb_u32(entry), (long)limit, 0, 0, 0);
		if (error)
			return sb_fail(failure, "rlimits", "prlimit64", (int)-error);
		error = sb_verify_limit(sb_u32(entry), limit);
		if (error)
			return sb_fail(failure, "verify", "prlimit64", (int)-error);
	}
	return 0;
}

/* Makes a new session; EPERM: it leads a process group already, as a child of detached: true does. */
static int lead_session(struct sb_failure *failure)
{
	long session = sb_syscall3(__NR_setsid, 0, 0, 0);
	if (sb_syscall3(__NR_getsid, 0, 0, 0) == sb_syscall3(__NR_getpid, 0, 0, 0))
		return 0;
	return session < 0 ? sb_fail(failure, "new_session", "setsid", (int)-session)
			   : sb_fail(failure, "verify", "setsid", EPERM);
}

static int close_others(const struct sb_process *process, int status, struct sb_failure *failure)
{
	int error = sb_close_others(process, status);
	if (error == -ESTALE)
		return sb_fail(failure, "verify", "close_range", EPERM);
	return error ? sb_fail(failure, "descriptors", "close_range", -error) : 0;
}

int sb_process_apply(const struct sb_process *process, int status, struct sb_failure *failure)
{
	int error = sb_process_bind(process, failure);
	if (!error && process->flags & SB_PROCESS_NEW_SESSION)
		error = lead_session(failure);
	if (!error && process->flags & SB_PROCESS_NEW_KEYRING)
		error = sb_keyring_join(status, failure);
	if (!error)
		error = set_limits(process, failure);
	if (!error && process->umask != SB_UMASK_KEEP && sb_set_umask(process->umask))
		error = sb_fail(failure, "verify", "umask", EPERM);
	if (!error)
		error = close_others(process, status, failure);
	if (error)
		return error;
	error = sb_cgroup_keep_private(process);
	if (error)
		return sb_fail(failure, "cgroup", "fcntl", -error);
	if (process->descriptor < 0)
		return 0;
	error = (int)sb_syscall3(__NR_fcntl, process->descriptor, F_SETFD, FD_CLOEXEC);
	return error ? sb_fail(failure, "descriptors", "fcntl", -error) : 0;
}

static int enter_folder(const struct sb_process *process, struct sb_failure *failure)
{
	if (!process->cwd[0])
		return 0;
	int error = (int)sb_syscall3(__NR_chdir, (long)process->cwd, 0, 0);
	if (error)
		return sb_fail(failure, "cwd", "chdir", -error);
	error = sb_verify_folder(process->cwd);
	return error ? sb_fail(failure, "verify", "chdir", -error) : 0;
}

int sb_process_enter(const struct sb_process *process, struct sb_failure *failure)
{
	int error = enter_folder(process, failure);
	if (error || !process->original)
		return error;
	error = sb_verify_executable(
		process->original, process->original_device, process->original_inode);
	return error ? sb_fail(failure, "exec", "faccessat", -error) : 0;
}

int sb_process_execute(const struct sb_process *process, struct sb_failure *failure)
{
	int by_path = process->descriptor < 0;
	long error = sb_syscall6(__NR_execveat, by_path ? AT_FDCWD : process->descriptor,
		(long)process->path, (long)process->argv, (long)process->envp,
		by_path ? 0 : AT_EMPTY_PATH, (long)process->exec_key);
	return sb_fail(failure, "exec", "execveat", (int)-error);
}

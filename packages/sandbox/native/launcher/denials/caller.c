/* SPDX-License-Identifier: MIT */
#include "caller.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <linux/fcntl.h>

#include "../../../../landlock/native/landlock_sys.h"

static struct ll_statx own_root;
static uint64_t proc_device;
static int is_another;

uint64_t sb_caller_proc(void)
{
	return proc_device;
}

/* "/proc/THREAD/rest"; rest is at most 13 bytes. */
static void proc_path(char path[40], uint32_t thread, const char *rest)
{
	memcpy(path, "/proc/", 6);
	size_t at = 6 + sb_format_number(path + 6, thread);
	path[at++] = '/';
	memcpy(path + at, rest, strlen(rest) + 1);
}

long sb_caller_open_proc(uint32_t thread, const char *rest, int flags)
{
	char path[40];
	proc_path(path, thread, rest);
	return sb_syscall6(__NR_openat, AT_FDCWD, (long)path, flags | O_CLOEXEC, 0, 0, 0);
}

static long stat_root(const char *path, struct ll_statx *status)
{
	return sb_syscall6(__NR_statx, AT_FDCWD, (long)path, AT_NO_AUTOMOUNT,
		LL_STATX_INO | LL_STATX_MNT_ID, (long)status, 0);
}

long sb_caller_root(int is_other)
{
	is_another = is_other;
	long error = stat_root("/", &own_root);
	if (error)
		return error;
	/* A ruleset around this sandbox may forbid it for every process. */
	long memory = sb_syscall6(
		__NR_openat, AT_FDCWD, (long)"/proc/self/mem", O_RDONLY | O_CLOEXEC, 0, 0, 0);
	if (memory < 0)
		return memory;
	struct ll_statx status;
	error = ll_stat(memory, &status);
	proc_device = (uint64_t)status.dev_major << 32 | status.dev_minor;
	ll_close(memory);
	return error;
}

/* Names of a process with another root, or another namespace of mounts, mean something else. */
static int has_own_root(uint32_t thread)
{
	char path[40];
	struct ll_statx its;
	proc_path(path, thread, "root");
	return stat_root(path, &its) == 0 && its.ino == own_root.ino &&
	       its.mount == own_root.mount && its.dev_major == own_root.dev_major &&
	       its.dev_minor == own_root.dev_minor;
}

int sb_caller_open(struct sb_caller *caller, uint32_t thread, int keeps_root)
{
	caller->thread = thread;
	caller->memory = -1;
	/* 0: in a namespace of processes that is not seen from here. */
	return thread != 0 && (keeps_root || has_own_root(thread));
}

void sb_caller_close(struct sb_caller *caller)
{
	if (caller->memory >= 0)
		ll_close(caller->memory);
	caller->memory = -1;
}

/* By the ids for files, which its own user's process may have too where CAP_SYS_PTRACE is missing. */
static long read_file(struct sb_caller *caller, uint64_t address, void *bytes, size_t length)
{
	long count;
	if (caller->memory < 0)
		caller->memory = (int)sb_caller_open_proc(caller->thread, "mem", O_RDONLY);
	if (caller->memory < 0)
		return -EACCES;
	do
		count = sb_syscall6(__NR_pread64, caller->memory, (long)bytes, (long)length,
			(long)address, 0, 0);
	while (count == -EINTR);
	return count;
}

long sb_caller_read_some(struct sb_caller *caller, uint64_t address, void *bytes, size_t length)
{
	struct {
		uint64_t at, length;
	} here = {(uint64_t)(uintptr_t)bytes, length}, there = {address, length};
	long count = caller->memory >= 0 ? -EPERM
					 : sb_syscall6(__NR_process_vm_readv, caller->thread,
						   (long)&here, 1, (long)&there, 1, 0);
	return count < 0 ? read_file(caller, address, bytes, length) : count;
}

int sb_caller_read(struct sb_caller *caller, uint64_t address, void *bytes, size_t length)
{
	/* A negative offset is another error. */
	return !(address >> 63) &&
	       sb_caller_read_some(caller, address, bytes, length) == (long)length;
}

int sb_caller_lacks_modes(const char *path)
{
	return is_another && sb_begins(path, "/proc/sys/");
}

void sb_caller_program(uint32_t thread, char program[16])
{
	memset(program, 0, 16);
	long file = sb_caller_open_proc(thread, "comm", O_RDONLY);
	if (file < 0)
		return;
	long count = sb_syscall3(__NR_read, file, (long)program, 15);
	ll_close(file);
	for (long at = 0; at < (count > 0 ? count : 0); at++) {
		if (program[at] == '\n')
			program[at] = 0;
	}
}

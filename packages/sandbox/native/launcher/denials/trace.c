/* SPDX-License-Identifier: MIT */
#include "trace.h"
#include "outside.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <linux/fcntl.h>

#include "../../../../landlock/native/landlock_sys.h"

#define CAP_SYS_PTRACE_BIT (1ull << 19)
#define LINK_MAX 64

/* "/proc/THREAD/rest"; rest is at most 13 bytes. */
static void proc_path(char path[40], uint32_t thread, const char *rest)
{
	memcpy(path, "/proc/", 6);
	size_t at = 6 + sb_format_number(path + 6, thread);
	path[at++] = '/';
	memcpy(path + at, rest, strlen(rest) + 1);
}

static long user_namespace(uint32_t thread, char text[LINK_MAX])
{
	char path[40];
	proc_path(path, thread, "ns/user");
	return sb_syscall6(__NR_readlinkat, AT_FDCWD, (long)path, (long)text, LINK_MAX, 0, 0);
}

int sb_is_in_user_namespace(uint32_t a, uint32_t b)
{
	char one[LINK_MAX], other[LINK_MAX];
	const long length = user_namespace(a, one);
	return length > 0 && user_namespace(b, other) == length &&
	       memcmp(one, other, (size_t)length) == 0;
}

/* Those files of a process that may not be dumped belong to root (proc(5)). If it is root's, that says nothing. */
static int is_dumpable(uint32_t thread, const struct sb_process_facts *target)
{
	char path[40];
	struct ll_statx status;
	proc_path(path, thread, "environ");
	return !sb_syscall6(__NR_statx, AT_FDCWD, (long)path, AT_NO_AUTOMOUNT, LL_STATX_WHOSE,
		       (long)&status, 0) &&
	       (status.uid || status.gid) && status.uid == target->users.effective &&
	       status.gid == target->groups.effective;
}

static int are_all(const struct sb_ids *ids, uint32_t id)
{
	return ids->real == id && ids->effective == id && ids->saved == id;
}

/* __ptrace_may_access() in kernel/ptrace.c and cap_ptrace_access_check() in security/commoncap.c, which come before Landlock. */
static int may_without(const struct sb_process_facts *own, const struct sb_process_facts *target,
	uint32_t thread, enum sb_asked asked)
{
	const int by_files = asked == SB_BY_FILES;
	if (own->capabilities & CAP_SYS_PTRACE_BIT)
		return 1;
	return are_all(&target->users, by_files ? own->users.files : own->users.real) &&
	       are_all(&target->groups, by_files ? own->groups.files : own->groups.real) &&
	       !(target->permitted & ~(by_files ? own->capabilities : own->permitted)) &&
	       (!target->has_memory || is_dumpable(thread, target));
}

int sb_is_untraceable(const struct sb_shared *shared, const struct sb_process_facts *own,
	uint32_t thread, enum sb_asked asked, struct sb_process_facts *target)
{
	return !own->is_in_own_namespace && sb_process_facts(thread, target) &&
	       target->process != own->process && sb_is_outside(shared, target) &&
	       sb_is_in_user_namespace(own->process, thread) &&
	       may_without(own, target, thread, asked);
}

void sb_deny_trace(struct sb_denial *denial, int error, uint32_t process)
{
	denial->error = error;
	denial->right = 1ull << SB_BY_TRACE;
	denial->path[sb_format_number(denial->path, process)] = 0;
	denial->other[0] = 0;
}

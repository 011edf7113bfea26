/* SPDX-License-Identifier: MIT */
#include "caller.h"
#include "process_facts.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <linux/fcntl.h>

static long root = -1;

/* The read ends early where memory does; the name must have ended by then. */
static int read_path(struct sb_caller *caller, uint64_t address, char path[SB_NAME_MAX])
{
	static const size_t most[] = {256, SB_NAME_MAX};
	if (address >> 63)
		return 0;
	for (unsigned int i = 0; i < 2; i++) {
		long count = sb_caller_read_some(caller, address, path, most[i]);
		for (long at = 0; at < count; at++) {
			if (!path[at])
				return at > 0;
		}
		if (count < (long)most[i])
			return 0;
	}
	return 0;
}

int sb_begins(const char *path, const char *with)
{
	while (*with && *path == *with)
		path++, with++;
	return !*with;
}

/* Puts the caller's number into a path behind "/proc/", in place of some bytes. Returns 0 if it does not fit. */
static int put_number(uint32_t thread, char path[SB_NAME_MAX], size_t removed, const char *after)
{
	static char rest[SB_NAME_MAX];
	char number[12] = {0};
	size_t at = sb_format_number(number, sb_process_of(thread));
	const size_t length = strlen(path + 6 + removed);
	if (number[0] == '0' || 6 + at + strlen(after) + length >= SB_NAME_MAX)
		return 0;
	memcpy(rest, path + 6 + removed, length + 1);
	memcpy(path + 6, number, at);
	memcpy(path + 6 + at, after, strlen(after));
	memcpy(path + 6 + at + strlen(after), rest, length + 1);
	return 1;
}

/* Here "/proc/self" would be this process: the caller's number takes its place. "/proc/net" leads there too. */
static int without_self(uint32_t thread, char path[SB_NAME_MAX])
{
	if (sb_begins(path, "/proc/thread-self") && (!path[17] || path[17] == '/')) {
		char task[20] = "/task/";
		task[6 + sb_format_number(task + 6, thread)] = 0;
		return put_number(thread, path, 11, task);
	}
	if (sb_begins(path, "/proc/self") && (!path[10] || path[10] == '/'))
		return put_number(thread, path, 4, "");
	return !sb_begins(path, "/proc/net/") || put_number(thread, path, 0, "/");
}

int sb_name_follow(struct sb_name *name, uint32_t thread)
{
	const char *path = name->path;
	return !sb_begins(path, "/proc/mounts") || path[12] ||
	       put_number(thread, name->path, 0, "/");
}

/* Opened once, when the descriptors are its own. */
static long open_root(void)
{
	if (root < 0)
		root = sb_syscall6(__NR_openat, AT_FDCWD, (long)"/",
			LL_O_PATH | LL_O_DIRECTORY | O_CLOEXEC, 0, 0, 0);
	return root;
}

static long base_of(const struct sb_caller *caller, struct sb_where where, const char *path)
{
	char name[16] = "cwd";
	if (path[0] == '/')
		return open_root();
	if (where.folder != AT_FDCWD) {
		if (where.folder < 0)
			return -EBADF;
		memcpy(name, "fd/", 3);
		name[3 + sb_format_number(name + 3, (unsigned int)where.folder)] = 0;
	}
	return sb_caller_open_proc(caller->thread, name, LL_O_PATH | LL_O_DIRECTORY);
}

int sb_caller_name(struct sb_caller *caller, struct sb_where where, struct sb_name *name)
{
	name->base = -1;
	name->thread = caller->thread;
	name->is_meant = 0;
	if (!read_path(caller, where.path, name->path) || !sb_name_own(name))
		return 0;
	name->base = (int)base_of(caller, where, name->path);
	return name->base >= 0;
}

int sb_caller_begin(const struct sb_caller *caller, struct sb_name *name)
{
	const struct sb_where here = {AT_FDCWD, 0};
	name->thread = caller->thread;
	if (!sb_name_own(name))
		return 0;
	name->base = (int)base_of(caller, here, name->path);
	return name->base >= 0;
}

int sb_caller_descriptor(struct sb_caller *caller, int descriptor, struct sb_name *name)
{
	/* A thread may have descriptors that the others do not share. */
	const char fds[] = "/proc/thread-self/fd/";
	*name = (struct sb_name){.base = -1, .thread = caller->thread};
	if (descriptor < 0)
		return 0;
	memcpy(name->path, fds, sizeof fds);
	name->path[sizeof fds - 1 +
		   sb_format_number(name->path + sizeof fds - 1, (unsigned int)descriptor)] = 0;
	return sb_name_own(name) && sb_name_begin(name, -1);
}

int sb_name_own(struct sb_name *name)
{
	return without_self(name->thread, name->path);
}

int sb_name_begin(struct sb_name *name, int folder)
{
	sb_name_close(name);
	name->base = folder >= 0 ? folder : (int)open_root();
	return name->base >= 0;
}

void sb_name_close(struct sb_name *name)
{
	if (name->base >= 0 && name->base != root)
		ll_close(name->base);
	name->base = -1;
}

/* SPDX-License-Identifier: MIT */
#include "cgroup_way.h"
#include "strings.h"

#include <asm/errno.h>

#include "../../../landlock/native/climb.h"
#include "../../../landlock/native/landlock_abi.h"

#define CGROUP2_SUPER_MAGIC 0x63677270
#define PATH_BYTES 4096

static uint64_t device_of(const struct ll_statx *status)
{
	return (uint64_t)status->dev_major << 32 | status->dev_minor;
}

/* Notes a directory, and goes on: too many of them are as good as none. */
static int note(const void *context, long at, const struct ll_statx *status)
{
	struct sb_cgroup_way *way = *(struct sb_cgroup_way *const *)context;
	(void)at;
	if (way->count == SB_WAY_MAX)
		return 1;
	way->at[way->count].device = device_of(status);
	way->at[way->count].inode = status->ino;
	way->count++;
	return 0;
}

/* The path of an open file without its last name. Its length, or -errno. */
static long folder_path(int file, char *path)
{
	char link[32] = "/proc/self/fd/";
	char *number = link + strlen(link);
	number[sb_format_number(number, (unsigned int)file)] = '\0';
	long length =
		ll_call(__NR_readlinkat, LL_AT_FDCWD, (long)link, (long)path, PATH_BYTES - 1, 0);
	if (length < 0)
		return length;
	while (length > 0 && path[length - 1] != '/')
		length--;
	path[length] = '\0';
	return length > 0 ? length : -ENOENT;
}

/* Whether the directory has that file as cgroup.procs: its path may lead elsewhere by now. 0 or -errno. */
static int check(long folder, int procs)
{
	struct ll_statx own, found;
	long file = ll_call(__NR_openat, folder, (long)"cgroup.procs",
		LL_O_PATH | LL_O_CLOEXEC | LL_O_NOFOLLOW, 0, 0);
	if (file < 0)
		return (int)file;
	long error = ll_stat(procs, &own);
	if (!error)
		error = ll_stat(file, &found);
	ll_close(file);
	if (!error && (device_of(&own) != device_of(&found) || own.ino != found.ino))
		error = -ESTALE;
	return (int)error;
}

/* Notes the way up from the cgroup. 0 or -errno. */
static int find_way(int procs, struct sb_cgroup_way *way)
{
	static char path[PATH_BYTES];
	long length = folder_path(procs, path);
	if (length < 0)
		return (int)length;
	long folder = ll_open_path(path);
	if (folder < 0)
		return (int)folder;
	int error = check(folder, procs);
	if (!error && sb_climb(folder, note, &way) != 0)
		error = -ELOOP;
	ll_close(folder);
	if (error)
		way->count = 0;
	return error;
}

/* 0, -EPERM for a file or a directory of cgroups, or -errno. */
static int is_of_cgroups(int descriptor)
{
	long status[32]; /* struct statfs of a 64-bit machine: 15 words, f_type first */
	long error = ll_call(__NR_fstatfs, descriptor, (long)status, 0, 0, 0);
	return error ? (int)error : status[0] == CGROUP2_SUPER_MAGIC ? -EPERM : 0;
}

int sb_cgroup_may_grant(const struct sb_process *process, struct sb_cgroup_way *way, int descriptor,
	uint64_t rights)
{
	struct ll_statx opened;
	if (!(process->flags & SB_PROCESS_CGROUP_CLOSED) || !(rights & LL_FS_WRITE_FILE))
		return 0;
	int error = is_of_cgroups(descriptor);
	if (!error && way->count == 0)
		error = find_way(process->cgroup_procs, way);
	if (!error)
		error = (int)ll_stat(descriptor, &opened);
	for (unsigned int i = 0; i < way->count && !error; i++) {
		if (way->at[i].device == device_of(&opened) && way->at[i].inode == opened.ino)
			error = -EPERM;
	}
	return error;
}

/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "sb_task_list.h"
#include "sb_decimal.h"
#include "sb_stat.h"

#include <errno.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

struct linux_dirent64 {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

int sb_list_tasks(int tasks, sb_task_fn fn, void *argument)
{
	_Alignas(struct linux_dirent64) char buffer[8192];
	if (lseek(tasks, 0, SEEK_SET) < 0)
		return -errno;
	for (;;) {
		long length = syscall(SYS_getdents64, tasks, buffer, sizeof buffer);
		if (length <= 0)
			return length < 0 ? -errno : 0;
		for (long at = 0; at < length;) {
			struct linux_dirent64 *entry = (void *)(buffer + at);
			pid_t tid = sb_decimal(entry->name);
			at += entry->reclen;
			/* The entries of the directory itself and its parent are not numbers. */
			int answer = tid > 0 ? fn(argument, tid) : 0;
			if (answer)
				return answer;
		}
	}
}

long sb_count_tasks(int tasks)
{
	struct stat folder;
	if (sb_fstat(tasks, &folder))
		return -errno;
	return folder.st_nlink < 2 ? 0 : (long)folder.st_nlink - 2;
}

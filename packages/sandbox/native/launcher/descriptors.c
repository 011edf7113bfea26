#include "launcher.h"
#include "strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <linux/fcntl.h>

#ifndef __NR_close_range
#define __NR_close_range 436 /* the same on every architecture */
#endif

#define LAST 0x7fffffffu

int sb_is_kept(const struct sb_process *process, unsigned int descriptor)
{
	for (uint32_t i = 0; i < process->keep_count; i++) {
		if (sb_u32(process->keep + 4 * i) == descriptor)
			return 1;
	}
	return 0;
}

struct linux_dirent64 {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

int sb_open_descriptors(void)
{
	return (int)sb_syscall6(__NR_openat, AT_FDCWD, (long)"/proc/self/fd",
		O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, 0, 0);
}

int sb_find_descriptor(int folder, int (*is_wanted)(void *context, int descriptor), void *context)
{
	_Alignas(8) char buffer[4096];
	long length, seen = 0;
	while ((length = sb_syscall3(__NR_getdents64, folder, (long)buffer, sizeof buffer)) > 0) {
		for (long at = 0; at < length;) {
			struct linux_dirent64 *entry = (void *)(buffer + at);
			int descriptor = sb_parse_number(entry->name);
			at += entry->reclen;
			/* The folder's own number is there, whatever else is. */
			seen |= descriptor == folder;
			if (descriptor >= 0 && is_wanted(context, descriptor))
				return descriptor;
		}
	}
	if (length < 0)
		return (int)length;
	return seen ? -ENOENT : -EPERM;
}

struct closing {
	const struct sb_process *process;
	unsigned int status, folder;
	int count;
};

/* Closes what is not kept, and wants nothing. */
static int close_one(void *context, int descriptor)
{
	struct closing *closing = context;
	unsigned int number = (unsigned int)descriptor;
	if (number == closing->folder || number == closing->status ||
		sb_is_kept(closing->process, number))
		return 0;
	/* A descriptor is gone even where close(2) reports an error. */
	(void)sb_syscall3(__NR_close, descriptor, 0, 0);
	closing->count++;
	return 0;
}

/* Before Linux 5.9: every number that /proc/self/fd lists, again and again until none is left. */
static int close_listed(const struct sb_process *process, unsigned int status)
{
	int folder = sb_open_descriptors();
	if (folder < 0)
		return folder;
	struct closing closing = {process, status, (unsigned int)folder, 1};
	while (closing.count > 0) {
		closing.count = 0;
		long error = sb_syscall3(__NR_lseek, folder, 0, 0);
		if (error)
			return (int)error;
		error = sb_find_descriptor(folder, close_one, &closing);
		if (error != -ENOENT)
			return (int)error;
	}
	return (int)sb_syscall3(__NR_close, folder, 0, 0);
}

/* Closes from..to, both included; nothing if there is nothing between. */
static int close_span(unsigned int from, unsigned int to)
{
	return from > to ? 0 : (int)sb_syscall3(__NR_close_range, from, to, 0);
}

int sb_close_others(const struct sb_process *process, int status)
{
	unsigned int next = 0, own = (unsigned int)status;
	for (uint32_t i = 0; i <= process->keep_count; i++) {
		/* The kept numbers ascend; `status` is put where it belongs among them. */
		unsigned int kept = i < process->keep_count ? sb_u32(process->keep + 4 * i) : LAST;
		if (own >= next && own < kept) {
			int error = own == 0 ? 0 : close_span(next, own - 1);
			if (error)
				return error == -ENOSYS ? close_listed(process, own) : error;
			next = own + 1;
		}
		int error = kept == 0 ? 0 : close_span(next, kept == LAST ? LAST : kept - 1);
		if (error)
			return error == -ENOSYS ? close_listed(process, own) : error;
		next = kept + 1;
	}
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "launcher.h"
#include "strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>

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

/* What is closed here, for which process, and the directory that lists what is open. */
struct listing {
	const struct sb_process *process;
	unsigned int status;
	int folder;
	int is_shown; /* whether the folder has shown itself: it tells of this process then, and at all */
};

static int stays(const struct listing *listing, int descriptor)
{
	return descriptor == listing->folder || (unsigned int)descriptor == listing->status ||
	       sb_is_kept(listing->process, (unsigned int)descriptor);
}

/* Closes the descriptors of a part of the listing, and returns how many. */
static int close_named(struct listing *listing, const char *entries, long length)
{
	int closed = 0;
	for (long at = 0; at < length;) {
		const struct linux_dirent64 *entry = (const void *)(entries + at);
		int descriptor = sb_parse_number(entry->name);
		at += entry->reclen;
		if (descriptor == listing->folder)
			listing->is_shown = 1;
		if (descriptor < 0 || stays(listing, descriptor))
			continue;
		/* A descriptor is closed even if close(2) reports an error. */
		(void)sb_syscall3(__NR_close, descriptor, 0, 0);
		closed++;
	}
	return closed;
}

/* Closes every number once. Returns how many were closed, or -errno. */
static int close_once(struct listing *listing)
{
	_Alignas(8) char buffer[4096];
	int closed = 0;
	long length, error = sb_syscall3(__NR_lseek, listing->folder, 0, 0);
	if (error)
		return (int)error;
	listing->is_shown = 0;
	while ((length = sb_syscall3(
			__NR_getdents64, listing->folder, (long)buffer, sizeof buffer)) > 0) {
		closed += close_named(listing, buffer, length);
	}
	if (length < 0)
		return (int)length;
	return listing->is_shown ? closed : -ESTALE;
}

/* More rounds than any honest listing needs, which may omit entries that move while it is read:
 * what still exists was not closed. */
#define ROUNDS 64

/* Before Linux 5.9: closes every number that /proc/self/fd lists, until none is left. An earlier
 * filter can answer here too, for the listing and for the closing calls: both are verified. */
static int close_listed(const struct sb_process *process, unsigned int status)
{
	struct listing listing = {process, status, -1, 0};
	listing.folder = (int)sb_syscall6(__NR_openat, -100, (long)"/proc/self/fd",
		O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, 0, 0);
	if (listing.folder < 0)
		return listing.folder;
	int closed = 1;
	for (int round = 0; closed > 0; round++)
		closed = round < ROUNDS ? close_once(&listing) : -ESTALE;
	if (closed)
		return closed;
	return (int)sb_syscall3(__NR_close, listing.folder, 0, 0);
}

/* The numbers that are tested if no mark could be set: a fifth of a millisecond. */
#define ASKED 4096u

/* Closes from..to, both included; nothing if the span is empty. An earlier filter can answer in
 * place of the kernel, so an open descriptor is put at the beginning of the span, and must be
 * closed afterwards: otherwise -ESTALE. Listing /proc/self/fd would take twenty times as long. */
static int close_span(int open, unsigned int from, unsigned int to)
{
	if (from > to)
		return 0;
	unsigned int asked = from;
	if (sb_syscall3(__NR_dup3, open, from, O_CLOEXEC) != (long)from)
		asked = to - from < ASKED ? to : from + ASKED;
	int error = (int)sb_syscall3(__NR_close_range, from, to, 0);
	for (unsigned int at = from; !error && at <= asked; at++) {
		if (sb_syscall3(__NR_fcntl, at, F_GETFD, 0) != -EBADF)
			error = -ESTALE;
	}
	return error;
}

int sb_close_others(const struct sb_process *process, int status)
{
	unsigned int next = 0, own = (unsigned int)status;
	int open = status >= 0 || process->keep_count == 0 ? status : (int)sb_u32(process->keep);
	for (uint32_t i = 0; i <= process->keep_count; i++) {
		/* The kept numbers ascend; `status` is inserted at its place. */
		unsigned int kept = i < process->keep_count ? sb_u32(process->keep + 4 * i) : LAST;
		if (own >= next && own < kept) {
			int error = own == 0 ? 0 : close_span(open, next, own - 1);
			if (error)
				return error == -ENOSYS ? close_listed(process, own) : error;
			next = own + 1;
		}
		int error = kept == 0 ? 0 : close_span(open, next, kept == LAST ? LAST : kept - 1);
		if (error)
			return error == -ENOSYS ? close_listed(process, own) : error;
		next = kept + 1;
	}
	return 0;
}

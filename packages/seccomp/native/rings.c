/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "rings.h"
#include "sb_decimal.h"

#include <dirent.h>
#include <errno.h>
#include <sys/resource.h>
#include <unistd.h>

#define NR_IO_URING_ENTER 426         /* on every architecture */
#define DESCRIPTORS_ASKED (1ul << 20) /* if the limit is infinite: at most one second */

/* Submits nothing and waits for nothing: only an io_uring answers without an error. */
static long enter(int descriptor)
{
#ifdef __linux__
	return syscall(NR_IO_URING_ENTER, descriptor, 0, 0, 0, NULL, 0);
#else
	(void)descriptor;
	errno = ENOSYS;
	return -1;
#endif
}

/* Asks every open descriptor: 1, 0, or -1 if /proc does not say which are open. */
static int ask_open(void)
{
	DIR *folder = opendir("/proc/self/fd");
	if (folder == NULL)
		return -1;
	int found = 0;
	for (struct dirent *entry; !found && (entry = readdir(folder)) != NULL;) {
		/* "." and ".." are not numbers. */
		int descriptor = sb_decimal(entry->d_name);
		found = descriptor >= 0 && enter(descriptor) >= 0;
	}
	closedir(folder);
	return found;
}

/* Asks every possible descriptor. */
static int ask_all(void)
{
	struct rlimit limit;
	unsigned long count = DESCRIPTORS_ASKED;
	if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur < count)
		count = (unsigned long)limit.rlim_cur;
	for (unsigned long descriptor = 0; descriptor < count; descriptor++) {
		if (enter((int)descriptor) >= 0)
			return 1;
	}
	return 0;
}

int sb_has_ring(void)
{
	/* If the kernel lacks the call, or a filter denies it, no ring can be in use. */
	if (enter(-1) >= 0 || errno != EBADF)
		return 0;
	int found = ask_open();
	return found < 0 ? ask_all() : found;
}

/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "unreadable.h"

#include <errno.h>
#ifdef __linux__
#include "anonymous_file.h"
#include "sb_stat.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <sys/syscall.h>
#include <unistd.h>

/* One span of bytes that were written. */
static int copy_span(int copy, int program, off_t from, off_t to)
{
	if (lseek(copy, from, SEEK_SET) != from)
		return -errno;
	while (from < to) {
		ssize_t sent = sendfile(copy, program, &from, (size_t)(to - from));
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return sent == 0 ? -EIO : -errno;
	}
	return 0;
}

/* Holes stay holes: the author of the file must not fill the memory with data that takes no space
 * on a disk. */
static int copy_all(int copy, int program, off_t size)
{
	/* By its number: one of libc's two functions exists only in glibc. */
	if (syscall(SYS_ftruncate, copy, size))
		return -errno;
	for (off_t from = 0, to; from < size; from = to) {
		from = lseek(program, from, SEEK_DATA);
		if (from < 0)
			return errno == ENXIO ? 0 : -errno;
		to = lseek(program, from, SEEK_HOLE);
		if (to < 0)
			return -errno;
		int error = copy_span(copy, program, from, to < size ? to : size);
		if (error)
			return error;
	}
	return 0;
}

static int fill(int copy, int program)
{
	struct stat status;
	if (sb_fstat(program, &status))
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EACCES;
	int error = copy_all(copy, program, status.st_size);
	if (error)
		return error;
	/* Only root can read it, which makes the process undumpable (would_dump of the kernel's
	 * fs/exec.c). */
	return fchmod(copy, 0111) ? -errno : sb_seal(copy);
}

/* A file that is open for writing cannot be executed (ETXTBSY, execve(2)). */
static int reopen(int copy)
{
	char path[] = "/proc/self/fd/0000000000";
	char *end = path + sizeof "/proc/self/fd/" - 1;
	int length = 1;
	for (int rest = copy; rest >= 10; rest /= 10)
		length++;
	end[length] = 0;
	for (int rest = copy; length > 0; rest /= 10)
		end[--length] = (char)('0' + rest % 10);
	int descriptor = open(path, O_PATH | O_CLOEXEC);
	return descriptor < 0 ? -errno : descriptor;
}

int sb_unreadable_copy(int program)
{
	int copy = sb_anonymous("sb-program", 1);
	if (copy < 0)
		return copy;
	int result = fill(copy, program);
	if (result == 0)
		result = reopen(copy);
	if (close(copy) && result >= 0) {
		int error = -errno;
		(void)close(result); /* the copy may be lacking something, and goes */
		return error;
	}
	return result;
}
#else
int sb_unreadable_copy(int program)
{
	(void)program;
	return -ENOSYS;
}
#endif

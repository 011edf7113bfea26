/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "anonymous_file.h"

#include <errno.h>
#ifdef __linux__
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of <linux/memfd.h>; if neither of the last two is given, vm.memfd_noexec decides. */
enum { CLOEXEC = 0x1, ALLOW_SEALING = 0x2, NOEXEC_SEAL = 0x8, EXEC = 0x10 };

/* By its number: glibc has the function only since 2.27. */
static int create(const char *name, unsigned int flags)
{
	return (int)syscall(SYS_memfd_create, name, flags | CLOEXEC | ALLOW_SEALING);
}

int sb_anonymous(const char *name, int is_executable)
{
	int descriptor = create(name, is_executable ? EXEC : NOEXEC_SEAL);
	if (descriptor < 0 && errno == EINVAL)
		descriptor = create(name, 0);
	return descriptor < 0 ? -errno : descriptor;
}

int sb_seal(int descriptor)
{
	const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	return fcntl(descriptor, F_ADD_SEALS, seals) ? -errno : 0;
}

static int write_all(int descriptor, const uint8_t *bytes, size_t length)
{
	/* The launcher reads from the position of the descriptor, which it shares with this process: that
	 * stays the start. */
	for (size_t done = 0; done < length;) {
		ssize_t written = pwrite(descriptor, bytes + done, length - done, (off_t)done);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return written == 0 ? -EIO : -errno;
		done += (size_t)written;
	}
	return 0;
}

int sb_anonymous_file(const uint8_t *bytes, size_t length, int is_executable)
{
	int descriptor = sb_anonymous("sb-records", is_executable);
	if (descriptor < 0)
		return descriptor;
	int error = write_all(descriptor, bytes, length);
	/* Only root can read the program: no other process of its user may look into its process
	 * (unreadable.c). */
	if (error == 0 && is_executable && fchmod(descriptor, 0111))
		error = -errno;
	if (error == 0)
		error = sb_seal(descriptor);
	if (error == 0)
		return descriptor;
	(void)close(descriptor); /* its content is lost anyway */
	return error;
}
#else
int sb_anonymous(const char *name, int is_executable)
{
	(void)name;
	(void)is_executable;
	return -ENOSYS;
}

int sb_seal(int descriptor)
{
	(void)descriptor;
	return -ENOSYS;
}

int sb_anonymous_file(const uint8_t *bytes, size_t length, int is_executable)
{
	(void)bytes;
	(void)length;
	(void)is_executable;
	return -ENOSYS;
}
#endif

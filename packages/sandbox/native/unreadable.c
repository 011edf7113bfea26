#define _GNU_SOURCE
#include "unreadable.h"

#include <errno.h>
#ifdef __linux__
#include "anonymous_file.h"
#include "sb_stat.h"

#include <fcntl.h>
#include <sys/sendfile.h>
#include <unistd.h>

static int fill(int copy, int program)
{
	struct stat status;
	if (sb_fstat(program, &status))
		return -errno;
	if (!S_ISREG(status.st_mode))
		return -EACCES;
	for (off_t done = 0; done < status.st_size;) {
		ssize_t sent = sendfile(copy, program, &done, (size_t)(status.st_size - done));
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return sent == 0 ? -EIO : -errno;
	}
	/* Nobody but root reads it: that makes the process undumpable (would_dump of the kernel's fs/exec.c). */
	return fchmod(copy, 0111) ? -errno : sb_seal(copy);
}

/* What is open for writing can't be executed (ETXTBSY, execve(2)). */
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

int sb_unreadable_copy(const char *path)
{
	int program = open(path, O_RDONLY | O_CLOEXEC);
	if (program < 0)
		return -errno;
	int copy = sb_anonymous("sb-program", 1);
	int result = copy < 0 ? copy : fill(copy, program);
	if (copy >= 0 && result == 0)
		result = reopen(copy);
	(void)close(program); /* it was only read */
	if (copy >= 0 && close(copy) && result >= 0) {
		int error = -errno;
		(void)close(result); /* the copy may be lacking something, and goes */
		return error;
	}
	return result;
}
#else
int sb_unreadable_copy(const char *path)
{
	(void)path;
	return -ENOSYS;
}
#endif

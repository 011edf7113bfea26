/* SPDX-License-Identifier: MIT */
#include "source.h"
#include "strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <asm/stat.h>
#include <linux/fcntl.h>
#include <linux/stat.h>

static long open_at(const char *path, int flags)
{
	return sb_syscall6(__NR_openat, AT_FDCWD, (long)path, flags | O_CLOEXEC, 0, 0, 0);
}

/* Whether it is a regular file of this user: a device or a FIFO would notice that it is opened. */
static int is_own(long held)
{
	struct stat status;
	memset(&status, 0xff, sizeof status);
	long error =
		sb_syscall6(__NR_newfstatat, held, (long)"", (long)&status, AT_EMPTY_PATH, 0, 0);
	return !error && S_ISREG(status.st_mode) &&
	       status.st_uid == (unsigned int)sb_syscall3(__NR_geteuid, 0, 0, 0);
}

static long reopen(long held)
{
	char path[32] = "/proc/self/fd/";
	path[14 + sb_format_number(path + 14, (unsigned int)held)] = 0;
	return open_at(path, O_RDONLY | O_NONBLOCK | O_NOCTTY);
}

int sb_source_open(const char *argument, struct sb_failure *failure)
{
	if (argument[0] != '/') {
		int descriptor = sb_parse_number(argument);
		return descriptor < 0 ? sb_fail(failure, "records", "openat", EBADF) : descriptor;
	}
	long held = open_at(argument, O_PATH);
	if (held < 0)
		return sb_fail(failure, "records", "openat", (int)-held);
	long source = is_own(held) ? reopen(held) : -EPERM;
	(void)sb_syscall3(__NR_close, held, 0, 0); /* it was only looked at */
	return source < 0 ? sb_fail(failure, "records", "openat", (int)-source) : (int)source;
}

int sb_source_sealed(int source, struct sb_failure *failure)
{
	const long all = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	long seals = sb_syscall3(__NR_fcntl, source, F_GET_SEALS, 0);
	if (seals >= 0 && (seals & all) == all)
		return 0;
	return sb_fail(failure, "records", "fcntl", EPERM);
}

int sb_source_marked(
	const uint8_t *document, size_t length, const char *mark, struct sb_failure *failure)
{
	static const char digits[] = "0123456789abcdef";
	int is_same = length >= SB_MARK_LENGTH && strlen(mark) == (size_t)SB_MARK_LENGTH * 2;
	for (size_t i = 0; is_same && i < SB_MARK_LENGTH; i++)
		is_same = mark[2 * i] == digits[document[i] >> 4] &&
			  mark[2 * i + 1] == digits[document[i] & 15];
	return is_same ? 0 : sb_fail(failure, "records", NULL, ESTALE);
}

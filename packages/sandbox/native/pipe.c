/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "pipe.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static int make(int ends[2])
{
#ifdef __linux__
	return pipe2(ends, O_CLOEXEC) ? -errno : 0;
#else
	if (pipe(ends))
		return -errno;
	if (fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 && fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0)
		return 0;
	int error = -errno;
	(void)close(ends[0]); /* nobody has seen them */
	(void)close(ends[1]);
	return error;
#endif
}

/* More bytes at once, so that the two alternate less often; less is accepted. */
static void widen(int end, int bytes)
{
#ifdef F_SETPIPE_SZ
	if (bytes > 0)
		(void)fcntl(end, F_SETPIPE_SZ, bytes);
#else
	(void)end;
	(void)bytes;
#endif
}

int sb_pipe(int ends[2], int bytes)
{
	int error = make(ends);
	if (error == 0)
		widen(ends[1], bytes);
	return error;
}

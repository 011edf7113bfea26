#define _GNU_SOURCE
#include "stream_pair.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

static int make(int ends[2])
{
#ifdef SOCK_CLOEXEC
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) ? -errno : 0;
#else
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return -errno;
	if (fcntl(ends[0], F_SETFD, FD_CLOEXEC) == 0 && fcntl(ends[1], F_SETFD, FD_CLOEXEC) == 0)
		return 0;
	int error = -errno;
	(void)close(ends[0]); /* nobody has seen them */
	(void)close(ends[1]);
	return error;
#endif
}

/* More in one go, so that fewer turns are taken between the two; what the system allows of it is good enough. */
static void widen(int end, int bytes)
{
#ifdef SO_SNDBUFFORCE
	if (setsockopt(end, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) == 0)
		return;
#endif
	(void)setsockopt(end, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

int sb_stream_pair(int ends[2], int bytes)
{
	int error = make(ends);
	if (error == 0)
		widen(ends[1], bytes);
	return error;
}

/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "alone.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef __NR_close_range
#define __NR_close_range 436
#endif

/* The first number at which a caller does not pass a descriptor. */
enum { FIRST = 3, BEYOND = 16 };

static int default_signals(void)
{
	for (int number = 1; number <= SIGRTMAX; number++) {
		/* The C library refuses its own signals, and the kernel refuses SIGKILL and SIGSTOP, which have
		 * only this action. */
		if (signal(number, SIG_DFL) == SIG_ERR)
			continue;
	}
	return signal(SIGPIPE, SIG_IGN) == SIG_ERR ? -1 : 0;
}

static int move(int *kept, int count)
{
	for (int i = 0; i < count; i++)
		if ((kept[i] = fcntl(kept[i], F_DUPFD_CLOEXEC, BEYOND)) < 0)
			return -1;
	for (int i = 0; i < count; i++) {
		if (dup3(kept[i], FIRST + i, O_CLOEXEC) < 0)
			return -1;
		kept[i] = FIRST + i;
	}
	return (int)syscall(__NR_close_range, FIRST + count, ~0U, 0);
}

static int close_streams(void)
{
	int null = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (null < 0)
		return -1;
	for (int i = 0; i < FIRST; i++)
		if (null != i && dup2(null, i) < 0)
			return -1;
	return null < FIRST ? 0 : close(null);
}

int alone(int *kept, int count)
{
	return setsid() < 0 || default_signals() || move(kept, count) || close_streams() ? -1 : 0;
}

int alone_signals(void)
{
	sigset_t all;
	if (sigfillset(&all) || sigprocmask(SIG_SETMASK, &all, NULL))
		return -1;
	sigset_t ends;
	if (sigemptyset(&ends) || sigaddset(&ends, SIGTERM) || sigaddset(&ends, SIGINT) ||
		sigaddset(&ends, SIGHUP) || sigaddset(&ends, SIGQUIT))
		return -1;
	return signalfd(-1, &ends, SFD_CLOEXEC);
}

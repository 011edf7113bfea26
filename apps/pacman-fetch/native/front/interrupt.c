/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "interrupt.h"

#include <signal.h>
#include <stddef.h>
#include <sys/signalfd.h>
#include <unistd.h>

static const int numbers[] = {SIGHUP, SIGINT, SIGTERM};
enum { COUNT = sizeof(numbers) / sizeof(numbers[0]) };

/* Signals about a write: a full file or pipe is not a reason to end without a message. */
static const int ignored[] = {SIGPIPE, SIGXFSZ};
enum { IGNORED = sizeof(ignored) / sizeof(ignored[0]) };

static int descriptor = -1, status;
static struct sigaction before[COUNT], ignored_before[IGNORED];
static sigset_t mask_before; /* empty until it is known */

/* Never called: blocked signals are read. A signal that was ignored before stays ignored. */
static void keep(int number)
{
	(void)number;
}

/* A signal that was blocked before stays so. */
static int open_descriptor(void)
{
	sigset_t ours, heard;
	if (sigemptyset(&ours) || sigemptyset(&heard))
		return -1;
	for (int i = 0; i < COUNT; i++)
		if (sigaddset(&ours, numbers[i]))
			return -1;
	if (sigprocmask(SIG_BLOCK, &ours, &mask_before))
		return -1;
	for (int i = 0; i < COUNT; i++)
		if (!sigismember(&mask_before, numbers[i]) && sigaddset(&heard, numbers[i]))
			return -1;
	descriptor = signalfd(-1, &heard, SFD_CLOEXEC | SFD_NONBLOCK);
	return descriptor < 0 ? -1 : 0;
}

int interrupt_take(void)
{
	const struct sigaction keeping = {.sa_handler = keep}, ignoring = {.sa_handler = SIG_IGN};
	if (open_descriptor()) {
		(void)sigprocmask(
			SIG_SETMASK, &mask_before, NULL); /* what is started then hears them */
		return -1;
	}
	for (int i = 0; i < COUNT; i++)
		if (sigaction(numbers[i], &keeping, &before[i]))
			return -1;
	for (int i = 0; i < IGNORED; i++)
		if (sigaction(ignored[i], &ignoring, &ignored_before[i]))
			return -1;
	return 0;
}

int interrupt_give_back(void)
{
	for (int i = 0; i < COUNT; i++)
		if (sigaction(numbers[i], &before[i], NULL))
			return -1;
	for (int i = 0; i < IGNORED; i++)
		if (sigaction(ignored[i], &ignored_before[i], NULL))
			return -1;
	(void)close(descriptor); /* was read only */
	descriptor = -1;
	return sigprocmask(SIG_SETMASK, &mask_before, NULL);
}

int interrupt_descriptor(void)
{
	return descriptor;
}

int interrupt_status(void)
{
	struct signalfd_siginfo one;
	if (!status && read(descriptor, &one, sizeof(one)) == (ssize_t)sizeof(one))
		status = 128 + (int)one.ssi_signo;
	return status;
}

#define _GNU_SOURCE
#include "interrupt.h"

#include <stddef.h>

static const int numbers[] = {SIGHUP, SIGINT, SIGTERM};
enum { COUNT = sizeof(numbers) / sizeof(numbers[0]) };

/* What is said of a write: that a file or a pipe takes no more is no reason to end without a word. */
static const int ignored[] = {SIGPIPE, SIGXFSZ};
enum { IGNORED = sizeof(ignored) / sizeof(ignored[0]) };

static volatile sig_atomic_t status;
static struct sigaction before[COUNT], ignored_before[IGNORED];
static sigset_t mask_before;

static void remember(int number)
{
	if (!status)
		status = 128 + number;
}

int interrupt_take(void)
{
	const struct sigaction action = {.sa_handler = remember},
			       ignoring = {.sa_handler = SIG_IGN};
	sigset_t ours;
	if (sigemptyset(&ours))
		return -1;
	for (int i = 0; i < COUNT; i++)
		if (sigaddset(&ours, numbers[i]))
			return -1;
	if (sigprocmask(SIG_BLOCK, &ours, &mask_before))
		return -1;
	for (int i = 0; i < COUNT; i++)
		if (sigaction(numbers[i], &action, &before[i]))
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
	return sigprocmask(SIG_SETMASK, &mask_before, NULL);
}

const sigset_t *interrupt_mask(void)
{
	return &mask_before;
}

int interrupt_status(void)
{
	return status;
}

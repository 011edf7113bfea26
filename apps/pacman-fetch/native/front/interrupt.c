#define _GNU_SOURCE
#include "interrupt.h"

#include <stddef.h>

static const int numbers[] = {SIGHUP, SIGINT, SIGTERM};
enum { COUNT = sizeof(numbers) / sizeof(numbers[0]) };

static volatile sig_atomic_t status;
static struct sigaction before[COUNT];
static sigset_t mask_before;

static void remember(int number)
{
	if (!status)
		status = 128 + number;
}

int interrupt_take(void)
{
	const struct sigaction action = {.sa_handler = remember};
	sigset_t ours;
	if (sigemptyset(&ours))
		return -1;
	for (int i = 0; i < COUNT; i++)
		if (sigaddset(&ours, numbers[i]))
			return -1;
	if (sigprocmask(SIG_BLOCK, &ours, &mask_before))
		return -1;
	for (int i = 0; i < COUNT; i++)
		if (sigaction(numbers[i], NULL, &before[i]) || sigaction(numbers[i], &action, NULL))
			return -1;
	return 0;
}

int interrupt_give_back(void)
{
	for (int i = 0; i < COUNT; i++)
		if (sigaction(numbers[i], &before[i], NULL))
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

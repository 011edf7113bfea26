/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "clock.h"

#include <time.h>

int64_t clock_now(void)
{
	struct timespec now = {0};
	(void)clock_gettime(CLOCK_MONOTONIC, &now); /* is always there */
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

int clock_left(int64_t since, int milliseconds)
{
	const int64_t passed = clock_now() - since;
	return passed < milliseconds ? (int)(milliseconds - passed) : 0;
}

/* SPDX-License-Identifier: MIT */
/* A steady clock. */
#ifndef FRONT_CLOCK_H
#define FRONT_CLOCK_H

#include <stdint.h>

/* Milliseconds since some moment. */
int64_t clock_now(void);

/* How many of so many milliseconds are left since a moment; 0 once they have passed. */
int clock_left(int64_t since, int milliseconds);

#endif

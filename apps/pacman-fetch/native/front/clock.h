/* SPDX-License-Identifier: MIT */
/* A steady clock. */
#ifndef FRONT_CLOCK_H
#define FRONT_CLOCK_H

#include <stdint.h>

/* Milliseconds since an arbitrary moment. */
int64_t clock_now(void);

/* How much of a time in milliseconds is left since a moment; 0 after it has passed. */
int clock_left(int64_t since, int milliseconds);

#endif

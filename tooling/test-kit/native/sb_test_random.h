/* SPDX-License-Identifier: MIT */
/* Random bytes for tests of the C cores: fast, and the same again for the same seed. */
#ifndef SB_TEST_RANDOM_H
#define SB_TEST_RANDOM_H

#include <stdint.h>

/* The state of a xorshift generator; seed it with anything but 0. */
static uint32_t state;

static inline uint32_t next(void)
{
	state ^= state << 13;
	state ^= state >> 17;
	state ^= state << 5;
	return state;
}

#endif

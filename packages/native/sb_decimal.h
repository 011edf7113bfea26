/* SPDX-License-Identifier: MIT */
/* Decimal text without libc's functions, whose names depend on the release of its headers. */
#ifndef SB_DECIMAL_H
#define SB_DECIMAL_H

#include <limits.h>

/* The number of a text; -1 if it is not a number, or beyond INT_MAX. */
static inline int sb_decimal(const char *text)
{
	int number = 0;
	if (!*text)
		return -1;
	for (; *text; text++) {
		int digit = *text - '0';
		if (digit < 0 || digit > 9 || number > (INT_MAX - digit) / 10)
			return -1;
		number = number * 10 + digit;
	}
	return number;
}

#endif

/* SPDX-License-Identifier: MIT */
/* Functions that the compiler expects even without a libc. */
#include "strings.h"

void *memcpy(void *to, const void *from, size_t length)
{
	char *target = to;
	const char *source = from;
	for (size_t i = 0; i < length; i++)
		target[i] = source[i];
	return to;
}

void *memset(void *to, int value, size_t length)
{
	char *target = to;
	for (size_t i = 0; i < length; i++)
		target[i] = (char)value;
	return to;
}

int memcmp(const void *a, const void *b, size_t length)
{
	const unsigned char *left = a, *right = b;
	for (size_t i = 0; i < length; i++) {
		if (left[i] != right[i])
			return left[i] < right[i] ? -1 : 1;
	}
	return 0;
}

size_t strlen(const char *text)
{
	size_t length = 0;
	while (text[length])
		length++;
	return length;
}

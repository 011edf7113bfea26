/* SPDX-License-Identifier: MIT */
#include "strings.h"

int sb_parse_number(const char *text)
{
	int number = 0;
	size_t digits = 0;
	for (; text[digits] >= '0' && text[digits] <= '9'; digits++) {
		if (digits == 9)
			return -1;
		number = number * 10 + (text[digits] - '0');
	}
	return digits == 0 || text[digits] ? -1 : number;
}

size_t sb_format_number(char *to, unsigned int number)
{
	char digits[10];
	size_t count = 0;
	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number);
	for (size_t i = 0; i < count; i++)
		to[i] = digits[count - 1 - i];
	return count;
}

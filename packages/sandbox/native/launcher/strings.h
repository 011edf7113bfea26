/* SPDX-License-Identifier: MIT */
/* What the compiler expects to find even without a libc, and the little that we need beside. */
#ifndef SB_STRINGS_H
#define SB_STRINGS_H

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);
int memcmp(const void *a, const void *b, size_t length);
size_t strlen(const char *text);

/* A decimal number of at most nine digits, or -1. */
int sb_parse_number(const char *text);

/* Writes a number in decimal, without a NUL, and returns how many bytes it took (ten at most). */
size_t sb_format_number(char *to, unsigned int number);

#endif

/* SPDX-License-Identifier: MIT */
/* Functions that the compiler expects even without a libc, and the few others that are needed here. */
#ifndef SB_STRINGS_H
#define SB_STRINGS_H

#include <stddef.h>

void *memcpy(void *to, const void *from, size_t length);
void *memset(void *to, int value, size_t length);
int memcmp(const void *a, const void *b, size_t length);
size_t strlen(const char *text);

/* A decimal number of at most nine digits, or -1. */
int sb_parse_number(const char *text);

/* Writes a number in decimal, without a NUL, and returns its bytes (ten at most). */
size_t sb_format_number(char *to, unsigned int number);

#endif

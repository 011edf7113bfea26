/* SPDX-License-Identifier: MIT */
/* What Debian's static libstdc++ calls of glibc and musl has under another name, or not at all. */
#include <locale.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/random.h>
#include <time.h>

/* The compiler's own name for the symbol that the first name stands for. */
#define GLIBC_NAME(name) __asm__(name)

/* Never "yes": then every lock is taken. */
char sb_single_threaded GLIBC_NAME("__libc_single_threaded");

int sb_find_object(void *address, void *result) GLIBC_NAME("_dl_find_object");
int sb_key_create(pthread_key_t *key, void (*end)(void *)) GLIBC_NAME("__pthread_key_create");
size_t sb_strftime(char *text, size_t size, const char *format, const struct tm *time,
	locale_t locale) GLIBC_NAME("__strftime_l");
uint32_t sb_random(void) GLIBC_NAME("arc4random");

/* "Not found": the unwinder goes on with dl_iterate_phdr, which musl has. */
int sb_find_object(void *address, void *result)
{
	(void)address;
	(void)result;
	return -1;
}

int sb_key_create(pthread_key_t *key, void (*end)(void *))
{
	return pthread_key_create(key, end);
}

size_t sb_strftime(
	char *text, size_t size, const char *format, const struct tm *time, locale_t locale)
{
	return strftime_l(text, size, format, time, locale);
}

uint32_t sb_random(void)
{
	uint32_t value;

	if (getrandom(&value, sizeof value, 0) != (ssize_t)sizeof value)
		__builtin_trap();
	return value;
}

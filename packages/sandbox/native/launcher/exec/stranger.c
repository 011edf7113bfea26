/* SPDX-License-Identifier: MIT */
#include "stranger.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <linux/fcntl.h>

#define OVERFLOW_ID 65534    /* where nobody has set another one (kernel/sys.c) */
#define ALL_IDS "4294967295" /* every id but -1: the length of the first namespace's map */
#define MAP_WORDS 3          /* first inside, first outside, count */
#define LINE_LENGTH 64u      /* of three numbers of ten digits, with their blanks */

/* The words of a file's first line, each ended by a zero. Returns how many there are, or -errno. */
static long read_words(const char *path, char line[LINE_LENGTH], const char *words[MAP_WORDS])
{
	long count = 0, length,
	     file = sb_syscall6(__NR_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0, 0, 0);
	if (file < 0)
		return file;
	length = sb_syscall3(__NR_read, file, (long)line, LINE_LENGTH - 1);
	(void)sb_syscall3(__NR_close, file, 0, 0); /* it was only read */
	if (length < 0)
		return length;
	line[length] = 0;
	for (char *at = line; *at && *at != '\n' && count < MAP_WORDS; count++) {
		while (*at == ' ')
			at++;
		words[count] = at;
		while (*at && *at != ' ' && *at != '\n')
			at++;
		if (*at == '\n') {
			*at = 0;
			return count + 1;
		}
		if (*at)
			*at++ = 0;
	}
	return count;
}

static int is_word(const char *text, const char *word)
{
	return strlen(text) == strlen(word) && memcmp(text, word, strlen(word)) == 0;
}

static unsigned int overflow_id(void)
{
	char line[LINE_LENGTH];
	const char *words[MAP_WORDS];
	int set = -1;
	if (read_words("/proc/sys/kernel/overflowuid", line, words) == 1)
		set = sb_parse_number(words[0]);
	return set < 0 ? OVERFLOW_ID : (unsigned int)set;
}

static int has_all_ids(void)
{
	char line[LINE_LENGTH];
	const char *words[MAP_WORDS];
	long count = read_words("/proc/self/uid_map", line, words);
	/* A kernel without user namespaces has no map; without /proc it is unknown. */
	if (count == -ENOENT)
		return sb_syscall6(__NR_faccessat, AT_FDCWD, (long)"/proc/self/status", 0, 0, 0,
			       0) == 0;
	return count == MAP_WORDS && is_word(words[0], "0") && is_word(words[2], ALL_IDS);
}

int sb_stranger_may_be(unsigned int uid)
{
	return uid == overflow_id() && !has_all_ids();
}

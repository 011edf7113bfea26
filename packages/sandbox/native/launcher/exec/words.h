/* SPDX-License-Identifier: MIT */
/* The messages of sb-exec on standard error, without a reader of reports. */
#ifndef SB_EXEC_WORDS_H
#define SB_EXEC_WORDS_H

#include "sb_record.h"

/* Prints "sb-exec: FILE: what failed. What to do." for a step of sb-exec itself; returns 0 for
 * other steps. */
int sb_words_say(const char *file, const struct sb_failure *failure);

/* Prints the usage to standard output; returns 0, or -1 if that fails. */
int sb_words_help(void);

/* Prints the usage, after what is wrong if that is not NULL. */
void sb_words_usage(const char *why);

#endif

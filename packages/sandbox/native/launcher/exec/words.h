/* SPDX-License-Identifier: MIT */
/* What sb-exec says on standard error where nobody reads a report. */
#ifndef SB_EXEC_WORDS_H
#define SB_EXEC_WORDS_H

#include "sb_record.h"

/* "sb-exec: FILE: what failed. What to do." for a step of sb-exec's own; 0 where the step is another's. */
int sb_words_say(const char *file, const struct sb_failure *failure);

void sb_words_usage(void);

#endif

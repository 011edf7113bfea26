/* SPDX-License-Identifier: MIT */
/* The report of denials: lines to the process that started the sandbox, bounded in number and in bytes.
 *
 *   D number process errno right call program path other   a denial that was not seen before; the last three in hexadecimal
 *   C number count                                          how often it has happened by now
 *   L count                                                 so many were not reported
 *   E                                                       the target has ended: nothing is reported after this
 *
 * Fields are divided by tabs. A pipe that is full delays nobody: what does not fit is counted. */
#ifndef SB_TELL_H
#define SB_TELL_H

#include "judge.h"

/* Reports, or counts, one denial. */
void sb_tell(const char *call, uint32_t thread, const struct sb_denial *denial);

/* Whether something waits to be written. */
int sb_tell_waits(void);

/* Writes what fits into the pipe now. -EPIPE or another error of write(2) if nobody reads any more. */
long sb_tell_write(int pipe);

/* Reports all counts, and the end; waits a bounded time for its reader. */
void sb_tell_end(int pipe);

#endif

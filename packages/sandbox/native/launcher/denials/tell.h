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

/* A denial that is about to be answered: which one it is, and whose, while the caller waits. */
struct sb_told {
	int number; /* or -1: there are too many different ones */
	uint32_t thread;
	const char *call;
	char program[16];
};

/* Finds its number, and the name of the program if that is not known yet. */
void sb_tell_begin(struct sb_told *told, const struct sb_denial *denial);

/* Reports, or counts, one denial that was answered. */
void sb_tell(const struct sb_told *told, const struct sb_denial *denial);

/* Whether something waits to be written. */
int sb_tell_waits(void);

/* Writes what fits into the pipe now. -EPIPE or another error of write(2) if nobody reads any more. */
long sb_tell_write(int pipe);

/* Reports all counts, and the end; waits a bounded time for its reader. */
void sb_tell_end(int pipe);

#endif

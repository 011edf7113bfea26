/* SPDX-License-Identifier: MIT */
/* The output of the launcher on its status descriptor, which closes when the target is executed. */
#ifndef SB_REPORT_H
#define SB_REPORT_H

#include "sb_record.h"

/* In place of the status descriptor: without a reader, a failure goes to standard error. */
#define SB_NOBODY (-2)

/* "failed TAB layer TAB step TAB system call TAB errno LF"; layer 0 is the launcher itself. */
void sb_report_failure(int status, int layer, const struct sb_failure *failure);

/* "word TAB number LF", in between. */
void sb_report_number(int status, const char *word, unsigned int number);

/* "proof TAB name TAB errno LF": the kernel's answer to an attempt, 0 if it succeeded. */
/* Writes what was reported so far, which otherwise waits for the end. */
void sb_report_flush(int status);

void sb_report_proof(int status, const char *name, unsigned int error);

/* Opens the kernel's status of this process while that is still allowed; -errno without /proc. */
int sb_open_status_text(void);

/* "ready LF" and that text, after every layer but the last; `text` from above. Returns 0, or step
 * "report" with the errno of the first write(2) that failed, of this or of an earlier line:
 * otherwise the target would run without the report that was asked for. */
int sb_report_ready(int status, int text, struct sb_failure *failure);

#endif

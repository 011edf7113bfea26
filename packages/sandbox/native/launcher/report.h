/* SPDX-License-Identifier: MIT */
/* What the launcher says on its status descriptor, which closes when the target is executed. */
#ifndef SB_REPORT_H
#define SB_REPORT_H

#include "sb_record.h"

/* In place of the status descriptor: nobody listens, and a failure goes to standard error. */
#define SB_NOBODY (-2)

/* "failed TAB layer TAB step TAB system call TAB errno LF"; layer 0 is the launcher itself. */
void sb_report_failure(int status, int layer, const struct sb_failure *failure);

/* "word TAB number LF", in between. */
void sb_report_number(int status, const char *word, unsigned int number);

/* "proof TAB name TAB errno LF": what the kernel answered to an attempt, 0 if it let it happen. */
void sb_report_proof(int status, const char *name, unsigned int error);

/* Opens the kernel's word about this process while that is still allowed; -errno without /proc. */
int sb_open_status_text(void);

/*
 * "ready LF" and that text, after every layer but the last; `text` from above. 0, or step "report" with the errno of the
 * first write(2) that failed, of this or of a line before: who asked for a report would run the target without it.
 */
int sb_report_ready(int status, int text, struct sb_failure *failure);

#endif

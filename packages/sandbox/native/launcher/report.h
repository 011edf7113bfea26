/* What the launcher says on its status descriptor, which closes when the target is executed. */
#ifndef SB_REPORT_H
#define SB_REPORT_H

#include "sb_record.h"

/* "failed TAB layer TAB step TAB system call TAB errno LF"; layer 0 is the launcher itself. */
void sb_report_failure(int status, int layer, const struct sb_failure *failure);

/* Opens the kernel's word about this process while that is still allowed; -errno without /proc. */
int sb_open_status_text(void);

/* "ready LF" and that text, after every layer but the last; `text` from above. */
void sb_report_ready(int status, int text);

#endif

/* SPDX-License-Identifier: MIT */
/* Finds a command as execvp(3) does, by the sandbox's own PATH and working directory. */
#ifndef SB_EXEC_SEARCH_H
#define SB_EXEC_SEARCH_H

#include "../launcher.h"

/* The path of a command: a name with a slash as it is, another in the PATH of the record's
 * environment. It is a regular file that the caller may execute; for the user of the sandbox, the
 * kernel checks at the exec. NULL, with -ENOENT or -EACCES in *error;
 * for root also -SB_SERVED of walk.h. */
const char *sb_search(const struct sb_process *process, const char *name, int *error);

#endif

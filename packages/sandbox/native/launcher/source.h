/* SPDX-License-Identifier: MIT */
/* The source of the launcher's records. */
#ifndef SB_SOURCE_H
#define SB_SOURCE_H

#include "sb_record.h"

/* The beginning of a file of records, in bytes: a mark, which the arguments have as hexadecimal
 * digits. */
#define SB_MARK_LENGTH 16u

/* Opens the records: the descriptor of that number, or the file at that absolute path. The path may
 * lead to another user's file by now, so only a regular file of this user is used. Returns the
 * descriptor, or -errno. */
int sb_source_open(const char *argument, struct sb_failure *failure);

/* Returns 0, or -EPERM unless the file can never be changed. */
int sb_source_sealed(int source, struct sb_failure *failure);

/* Returns 0, or -ESTALE unless the document begins with the mark: then the arguments were made for
 * it. */
int sb_source_marked(
	const uint8_t *document, size_t length, const char *mark, struct sb_failure *failure);

#endif

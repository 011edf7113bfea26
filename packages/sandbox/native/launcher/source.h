/* SPDX-License-Identifier: MIT */
/* Where the launcher gets its records from. */
#ifndef SB_SOURCE_H
#define SB_SOURCE_H

#include "sb_record.h"

/* What a file of records begins with, in bytes: a mark, which the arguments have as hexadecimal digits. */
#define SB_MARK_LENGTH 16u

/*
 * Opens the records: the descriptor of that number, or the file at that absolute path. A path may have
 * come to lead to somebody else's file, so nothing of it is used but a regular file of this user's.
 * The descriptor, or -errno.
 */
int sb_source_open(const char *argument, struct sb_failure *failure);

/* 0, or -EPERM unless nobody can change the file any more. */
int sb_source_sealed(int source, struct sb_failure *failure);

/* 0, or -ESTALE unless the document begins with the mark: it is then what the arguments were made for. */
int sb_source_marked(
	const uint8_t *document, size_t length, const char *mark, struct sb_failure *failure);

#endif

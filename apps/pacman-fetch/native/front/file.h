/* SPDX-License-Identifier: MIT */
/* FILE: new, locked, and open only in this process. */
#ifndef FRONT_FILE_H
#define FRONT_FILE_H

#include <stddef.h>
#include <stdint.h>

struct file {
	int folder;
	const char *name;
	int descriptor;
	uint64_t size; /* bytes that were written to it */
};

/* Creates it in its directory. Returns 0; -1 if the name exists, or if it cannot be created as
 * required. */
int file_make(struct file *file, int folder, const char *name);

/* Appends bytes. Returns 0, or -1 with errno. */
int file_write(struct file *file, const unsigned char *bytes, size_t length);

/* Sets its time, closes it, and starts writing it to the disk. Its name must still lead to it, and
 * it must contain what was written. modified: milliseconds since 1970, or -1 for none. Returns 0,
 * or -1 with errno: ESTALE if its name was removed. */
int file_finish(struct file *file, int64_t modified);

/* Gives a finished file another name in its directory. Returns 0, or -1 with errno. */
int file_rename(const struct file *file, const char *name);

/* Removes its name if that still leads to it, and closes it. */
void file_remove(struct file *file);

/* Closes it, and removes it if it is empty. Errors are ignored: nothing more can be done. */
void file_leave(struct file *file);

#endif

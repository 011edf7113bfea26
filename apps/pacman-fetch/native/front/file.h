/* SPDX-License-Identifier: MIT */
/* FILE: new, locked, and open in this process alone. */
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

/* Makes it in its folder. 0; -1 where something has the name, or it can't be had as it must be. */
int file_make(struct file *file, int folder, const char *name);

/* Writes bytes behind the last ones. 0; -1 with errno. */
int file_write(struct file *file, const unsigned char *bytes, size_t length);

/*
 * Gives it a time, closes it, and has it put on the disk. Its name must still stand for it, and it must hold what was
 * written.
 * Modified: milliseconds since 1970, or -1 for none. 0; -1 with errno, which is ESTALE where it was taken away.
 */
int file_finish(struct file *file, int64_t modified);

/* Gives one that is finished another name in its folder. 0; -1 with errno. */
int file_rename(const struct file *file, const char *name);

/* Takes its name away if it still stands for it, and closes it. */
void file_remove(struct file *file);

/* Closes it; one that holds nothing goes. Nothing more can be done about what fails here. */
void file_leave(struct file *file);

#endif

/* SPDX-License-Identifier: MIT */
/* What a start asks of files, each in one call. */
#ifndef SB_FILE_CALLS_H
#define SB_FILE_CALLS_H

#include <stddef.h>
#include <stdint.h>

/* Opens a name in a directory. Returns a descriptor, close-on-exec, or -errno (openat(2)). */
int sb_open_at(int directory, const char *name, int flags);

/* The mount that a descriptor is on, as /proc names it: no server of a file system is asked.
 * Returns its number; -ENODATA if the kernel does not name it; -errno. */
int64_t sb_mount_of(int descriptor);

/* Reads a file to its end. Returns how many bytes it has; -EFBIG if they do not fit; -errno. */
int64_t sb_read_file(const char *path, uint8_t *bytes, size_t length);

/* Further entries of a directory, as in getdents64(2). Returns their bytes, 0 at the end, or -errno. */
int64_t sb_read_names(int descriptor, uint8_t *bytes, size_t length);

#endif

/* SPDX-License-Identifier: MIT */
/* A file without a name (memfd_create(2)), sealed so that it cannot be changed: the records of a
 * launch. */
#ifndef SB_ANONYMOUS_FILE_H
#define SB_ANONYMOUS_FILE_H

#include <stddef.h>
#include <stdint.h>

/* An empty one, close-on-exec. Returns a descriptor, or -errno. It tells newer kernels whether it
 * can be executed (MFD_EXEC and MFD_NOEXEC_SEAL, Linux 6.3); in older ones every such file can be. */
int sb_anonymous(const char *name, int is_executable);

/* Seals it: 0 or -errno. */
int sb_seal(int descriptor);

/* One with these bytes, sealed, and for a program with mode 0111. Returns a descriptor at its
 * start, or -errno. */
int sb_anonymous_file(const uint8_t *bytes, size_t length, int is_executable);

#endif

/* SPDX-License-Identifier: MIT */
/* What can be asked of the kernel without changing anything. */
#ifndef SB_CAPS_INSPECT_H
#define SB_CAPS_INSPECT_H

#include <stddef.h>

#define SB_CAPS_XATTR_MAX 24u /* struct vfs_ns_cap_data, linux/capability.h */

/* The kernel's last capability, by asking for each (prctl(2), PR_CAPBSET_READ), or -errno. */
int sb_caps_last(void);

/* The securebits of the calling thread, or -errno. */
int sb_caps_securebits(void);

/*
 * The attribute security.capability of a file, links followed as execve(2) does. Returns its
 * length, 0 where there is none, or -errno; -ERANGE when it is longer than any known form.
 */
int sb_caps_file(const char *path, unsigned char *bytes, size_t size);

#endif

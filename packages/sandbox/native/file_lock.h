/* SPDX-License-Identifier: MIT */
/* A lock that needs write access to a file, against other processes that have it open. */
#ifndef SB_FILE_LOCK_H
#define SB_FILE_LOCK_H

/* Returns 0; 1 if another description of the file has it; or -errno. It needs a descriptor that is
 * open for writing (EBADF), and does not wait. It belongs to the open file description, which
 * children that inherit the descriptor share, and ends when the last of them has closed it. */
int sb_lock_file(int descriptor);

/* Returns 0 or -errno. As sb_lock_file(), but any number may have it, by descriptors that are open
 * for reading; -EAGAIN if another process has locked the file. sb_lock_file() returns -EBUSY
 * meanwhile. */
int sb_share_file(int descriptor);

/* Returns 0 or -errno. For all that share the description. */
int sb_unlock_file(int descriptor);

#endif

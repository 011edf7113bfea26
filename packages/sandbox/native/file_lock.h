/* SPDX-License-Identifier: MIT */
/* A lock that only who may write to a file can take, of whoever has it open. */
#ifndef SB_FILE_LOCK_H
#define SB_FILE_LOCK_H

/*
 * 0; 1 where another description of the file has it; or -errno. It needs a descriptor that is open for
 * writing (EBADF), and doesn't wait. It belongs to the open file description, which children that
 * inherit the descriptor share, and goes when the last of them has closed it.
 */
int sb_lock_file(int descriptor);

/*
 * 0 or -errno. As sb_lock_file(), but any number may have it, by descriptors that are open for reading;
 * -EAGAIN where somebody has the file for himself. sb_lock_file() answers -EBUSY meanwhile.
 */
int sb_share_file(int descriptor);

/* 0 or -errno. For all who share the description. */
int sb_unlock_file(int descriptor);

#endif

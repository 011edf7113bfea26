/* SPDX-License-Identifier: MIT */
/* A pipe between a process and its child. */
#ifndef SB_PIPE_H
#define SB_PIPE_H

/*
 * What is read from, and what is written to. 0, both close-on-exec; or -errno. So many bytes may wait to be read, as far as
 * the system allows it (F_SETPIPE_SZ of fcntl(2)); 0: as many as the system has it.
 */
int sb_pipe(int ends[2], int bytes);

#endif

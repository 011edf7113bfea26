/* SPDX-License-Identifier: MIT */
/* A pipe between a process and its child. */
#ifndef SB_PIPE_H
#define SB_PIPE_H

/* The ends for reading and for writing, both close-on-exec. Returns 0 or -errno. bytes: how many
 * may wait to be read, as far as the system allows it (F_SETPIPE_SZ of fcntl(2)); 0: the default of
 * the system. */
int sb_pipe(int ends[2], int bytes);

#endif

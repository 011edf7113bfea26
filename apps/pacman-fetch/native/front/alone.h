/* SPDX-License-Identifier: MIT */
/* A process that keeps nothing of the one that it comes from: terminal, descriptors, signals. */
#ifndef FRONT_ALONE_H
#define FRONT_ALONE_H

/* Leaves the session, and closes all but the given descriptors. These get the numbers from 3 on,
 * close-on-exec, and are written back; 0, 1 and 2 are /dev/null. Returns 0, or -1 if a part of it
 * fails, and the process must end. */
int alone(int *kept, int count);

/* Blocks every signal. Those that end a process can be read, so that it ends in an orderly way
 * (signalfd(2)). Returns a descriptor, or -1. */
int alone_signals(void);

#endif

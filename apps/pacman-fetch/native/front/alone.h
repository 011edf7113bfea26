/* SPDX-License-Identifier: MIT */
/* A process that nothing of the one it comes from is left in: terminal, descriptors, signals. */
#ifndef FRONT_ALONE_H
#define FRONT_ALONE_H

/*
 * Leaves the session, and closes all but the given descriptors, which get the numbers from 3 on, close-on-exec, and are
 * written back; 0, 1 and 2 are /dev/null. 0; -1 where something of that can't be had, and the process must end.
 */
int alone(int *kept, int count);

/*
 * Keeps every signal back. Those that end a process can be read, so that it ends in order (signalfd(2)). A descriptor; -1.
 */
int alone_signals(void);

#endif

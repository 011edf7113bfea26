/* SPDX-License-Identifier: MIT */
/*
 * SIGHUP, SIGINT and SIGTERM, which end a download and leave what came of it; and those that a write is answered with, which are
 * told by the write itself.
 */
#ifndef FRONT_INTERRUPT_H
#define FRONT_INTERRUPT_H

/* From now on they are kept back, and can be asked for. 0; -1. */
int interrupt_take(void);

/* As it was before interrupt_take, for what is started then; one that came meanwhile ends this process. 0; -1. */
int interrupt_give_back(void);

/*
 * Can be read once there is one. To be waited for beside other descriptors: ppoll(2) lets none through while one of these can be
 * read.
 */
int interrupt_descriptor(void);

/* The exit status that tells of the first one, 128 and its number; 0 while there was none. */
int interrupt_status(void);

#endif

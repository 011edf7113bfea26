/*
 * SIGHUP, SIGINT and SIGTERM, which end a download and leave what came of it; and those that a write is answered with, which are
 * told by the write itself.
 */
#ifndef FRONT_INTERRUPT_H
#define FRONT_INTERRUPT_H

#include <signal.h>

/* From now on they are kept back but where interrupt_mask() is waited with. 0; -1. */
int interrupt_take(void);

/* As it was before interrupt_take, for what is started then; one that came meanwhile ends this process. 0; -1. */
int interrupt_give_back(void);

/* What to wait with. */
const sigset_t *interrupt_mask(void);

/* The exit status that tells of the first one, 128 and its number; 0 while there was none. */
int interrupt_status(void);

#endif

/* SPDX-License-Identifier: MIT */
/* SIGHUP, SIGINT and SIGTERM, which end a download and keep its part; and the signals about writes,
 * which the result of the write reports. */
#ifndef FRONT_INTERRUPT_H
#define FRONT_INTERRUPT_H

/* From now on they are blocked, and can be queried. Returns 0 or -1. */
int interrupt_take(void);

/* Restores the state before interrupt_take, for the program that is started then; a signal that
 * came meanwhile ends this process. Returns 0 or -1. */
int interrupt_give_back(void);

/* Readable after a signal. Wait for it beside other descriptors: ppoll(2) delivers none while one
 * of these is readable. */
int interrupt_descriptor(void);

/* The exit status for the first signal, 128 and its number; 0 before one has come. */
int interrupt_status(void);

#endif

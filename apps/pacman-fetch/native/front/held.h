/* SPDX-License-Identifier: MIT */
/* Whether the process that downloads blocks a front door. A process that writes to a pipe, or reads
 * from it, has its lock while it copies. Many threads that change the same memory can make a page
 * fault during the copying wait (mprotect(2), madvise(2)). Another process at the same pipe then
 * waits for the lock, and gets no signal, until the first one is killed. */
#ifndef FRONT_HELD_H
#define FRONT_HELD_H

#include <sys/types.h>

#include "channel.h"

struct held {
	int is_within; /* a call that had begun at the last look */
	int looks;     /* that have found it in the same call */
};

/* A front door gets the channel: none of its calls has been seen yet. */
void held_begin(struct held *held, const struct channel *channel);

/* Checks a front door that has the channel. pid: its process. Returns whether it has been in one
 * call for so many checks that the other side must be killed. */
int held_look(struct held *held, const struct channel *channel, pid_t pid);

#endif

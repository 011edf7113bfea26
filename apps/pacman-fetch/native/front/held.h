/* SPDX-License-Identifier: MIT */
/*
 * Whether the process that downloads holds a front door up. Who writes to a pipe, or reads from it, has its lock for as long as the
 * copying takes; and a page fault in between can be made to wait by many threads that change the same memory (mprotect(2),
 * madvise(2)). Who comes to the same pipe then waits for the lock, and hears no signal, until the other one is killed.
 */
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

/*
 * Looks at a front door that has the channel.
 * Pid: its own. Returns whether it has been in one call for so many looks that the other side has to be killed.
 */
int held_look(struct held *held, const struct channel *channel, pid_t pid);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * The way to the process that downloads and back: two pipes. Through a socket that process could send descriptors, and whoever
 * closes one of these may have to wait for as long as a server likes (SO_LINGER of socket(7)).
 *
 * A pipe has a lock, which that process can keep (held.h). So each call that takes it is counted, where the keeper sees it. Closing
 * takes none while the keeper has the same ends open.
 */
#ifndef FRONT_CHANNEL_H
#define FRONT_CHANNEL_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct channel {
	int requests; /* written to; -1 */
	int answers;  /* read from; -1 */
	int calls; /* an eventfd(2), which the other side has not: beginnings and ends of calls; -1 */
};

/* Makes both ends, close-on-exec; ours doesn't block. 'Theirs' has requests to read and answers to write. 0; -1. */
int channel_make(struct channel *ours, struct channel *theirs);

/* Whether it is one end of a way as it must be: the one that asks, of two pipes. */
int channel_is_ours(const struct channel *channel);

/* Whether nothing lies in it, and the other end is there. Waits for no lock. */
int channel_is_quiet(const struct channel *channel);

/* Writes to the requests, all of it or nothing: at most PIPE_BUF bytes (pipe(7)). 0; -1. */
int channel_ask(const struct channel *channel, const char *text, size_t length);

/* Reads from the answers as read(2) does. */
ssize_t channel_hear(const struct channel *channel, void *buffer, size_t size);

/* How many beginnings and ends of calls there were since the last time that this was asked. */
uint64_t channel_calls(const struct channel *channel);

/* Closes what is open of it. */
void channel_close(struct channel *channel);

#endif

/* SPDX-License-Identifier: MIT */
/* The channel to the process that downloads: two pipes, one in each direction. Through a socket
 * that process could send descriptors, and closing one of these may block for as long as a server
 * likes (SO_LINGER of socket(7)).
 *
 * A pipe has a lock, which that process can keep (held.h). So each call that takes it is counted,
 * and the keeper sees the count. Closing does not take the lock while the keeper has the same ends
 * open. */
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

/* Makes both ends, close-on-exec; ours does not block. 'theirs' has requests to read and answers to
 * write. Returns 0 or -1. */
int channel_make(struct channel *ours, struct channel *theirs);

/* Whether it is a valid end of a channel: the one that asks, of two pipes. */
int channel_is_ours(const struct channel *channel);

/* Whether it is empty, and the other end exists. Does not wait for a lock. */
int channel_is_quiet(const struct channel *channel);

/* Writes all of the text to the requests, or nothing: at most PIPE_BUF bytes (pipe(7)). Returns 0
 * or -1. */
int channel_ask(const struct channel *channel, const char *text, size_t length);

/* Reads from the answers as read(2) does. */
ssize_t channel_hear(const struct channel *channel, void *buffer, size_t size);

/* How many calls have begun and ended since the last query. */
uint64_t channel_calls(const struct channel *channel);

/* Closes its open descriptors. */
void channel_close(struct channel *channel);

#endif

/*
 * The way to the process that downloads and back: two pipes. Through a socket that process could send descriptors, and whoever
 * closes one of these may have to wait for as long as a server likes (SO_LINGER of socket(7)).
 */
#ifndef FRONT_CHANNEL_H
#define FRONT_CHANNEL_H

#include <stddef.h>
#include <sys/types.h>

struct channel {
	int requests; /* written to; -1 */
	int answers;  /* read from; -1 */
};

/* Makes both ends, close-on-exec; ours doesn't block. 'Theirs' has requests to read and answers to write. 0; -1. */
int channel_make(struct channel *ours, struct channel *theirs);

/* Whether it is one end of a way as it must be: the one that asks, of two pipes. */
int channel_is_ours(const struct channel *channel);

/* Whether nothing lies in it, and the other end is there. */
int channel_is_quiet(const struct channel *channel);

/* Closes what is open of it. */
void channel_close(struct channel *channel);

#endif

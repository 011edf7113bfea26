/* SPDX-License-Identifier: MIT */
/* Receives the answer of the process that downloads about one file, for as long as one can be
 * expected. */
#ifndef FRONT_RECEIVE_H
#define FRONT_RECEIVE_H

#include "answer.h"
#include "bar.h"
#include "channel.h"

/* Tests use less. */
#ifndef FRONT_MAX_STILL
#define FRONT_MAX_STILL 30
#endif

/* Seconds that a server may be silent, and some more: as long as a worker of @sb/fetcher may do
 * nothing. */
enum { RECEIVE_MAX_STILL = FRONT_MAX_STILL };

struct receiving {
	const struct channel *channel;
	int is_patient; /* no server is too slow */
	struct answer *answer;
	struct bar *bar;
};

/* TAKEN: there is a last word, or a lie; GONE: the other side has ended. */
enum outcome { TAKEN, GONE, STOOD_STILL, INTERRUPTED };

/* Receives until there is a last word, or none can be expected. */
enum outcome receive(const struct receiving *receiving, enum answer_state *state);

#endif

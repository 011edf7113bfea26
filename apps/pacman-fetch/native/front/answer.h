/* SPDX-License-Identifier: MIT */
/* The answer of the process that downloads about one file. All of it is treated as hostile. */
#ifndef FRONT_ANSWER_H
#define FRONT_ANSWER_H

#include <stddef.h>
#include <stdint.h>

#include "wire.h"

enum answer_state {
	ANSWER_UNDER_WAY,
	ANSWER_WHOLE,
	ANSWER_FAILED,     /* 'text' says why */
	ANSWER_ELSEWHERE,  /* to be asked of a process that is started anew */
	ANSWER_LIE,        /* 'lie' says what no honest process does */
	ANSWER_UNWRITABLE, /* the sink took no more, and errno is its own */
};

/* Takes bytes of the file; 0, or -1 with errno. */
typedef int answer_sink(void *context, const unsigned char *bytes, size_t length);

struct answer {
	/* Set these, and the rest to zero. */
	uint64_t max_bytes;
	answer_sink *sink;
	void *context;

	uint64_t total; /* bytes of the whole file, or WIRE_UNKNOWN; valid once it has started */
	uint64_t received;
	int64_t time; /* the server's, in milliseconds since 1970; valid where has_time */
	int has_started;
	int has_time;
	const char *lie;
	char text[WIRE_MAX_TEXT + 1]; /* printable ASCII */

	unsigned char held[sizeof(struct wire_header)];
	size_t held_length;
	uint64_t left; /* of what was announced */
	size_t text_length;
	int is_text;
	int is_missing; /* it has failed since the server doesn't have it */
	int64_t tokens; /* thousandths of a frame */
	int64_t refilled;
};

/* Takes bytes in the order of their arrival. now: milliseconds of a steady clock. */
enum answer_state answer_take(
	struct answer *answer, const unsigned char *bytes, size_t length, int64_t now);

/* Bytes of the whole file; WIRE_UNKNOWN if that is unknown. */
uint64_t answer_total(const struct answer *answer);

#endif

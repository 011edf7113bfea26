/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "answer.h"

#include <string.h>

/* The most frames at once, and the frames a second that are given back, of those that are not full
 * of data; as in packages/fetcher/src/frames.ts. */
enum { MAX_BURST = 10000, REFILL_PER_SECOND = 1000 };

static enum answer_state lie(struct answer *answer, const char *what)
{
	answer->lie = what;
	return ANSWER_LIE;
}

static enum answer_state count_frame(
	struct answer *answer, const struct wire_header *header, int64_t now)
{
	const int64_t most = (int64_t)MAX_BURST * 1000;
	if (header->kind == WIRE_DATA && header->value >= WIRE_FULL_DATA)
		return ANSWER_UNDER_WAY;
	int64_t passed = answer->refilled ? now - answer->refilled : most;
	passed = passed < 0 ? 0 : passed > most ? most : passed;
	answer->tokens += passed * REFILL_PER_SECOND;
	if (answer->tokens > most)
		answer->tokens = most;
	answer->refilled = now;
	answer->tokens -= 1000;
	return answer->tokens < 0 ? lie(answer, "it sends too many frames") : ANSWER_UNDER_WAY;
}

static enum answer_state start(struct answer *answer, uint64_t total)
{
	if (answer->has_started)
		return lie(answer, "an answer that starts twice");
	if (total != WIRE_UNKNOWN && total > answer->max_bytes)
		return lie(answer, "it announces more than the file may have");
	answer->has_started = 1;
	answer->total = total;
	return ANSWER_UNDER_WAY;
}

static enum answer_state take_time(struct answer *answer, uint64_t time)
{
	if (!answer->has_started || answer->has_time || answer->received > 0)
		return lie(answer, "a time out of order");
	/* The latest time of a file on every file system: 32 bits of seconds. */
	if (time > UINT32_MAX * 1000ULL)
		return lie(answer, "a number out of range");
	answer->has_time = 1;
	answer->time = (int64_t)time;
	return ANSWER_UNDER_WAY;
}

static enum answer_state announce(struct answer *answer, uint64_t length)
{
	if (!answer->has_started)
		return lie(answer, "bytes before an answer");
	if (length == 0 || length > WIRE_MAX_DATA)
		return lie(answer, "a number out of range");
	const uint64_t most = answer->total == WIRE_UNKNOWN ? answer->max_bytes : answer->total;
	if (length > most - answer->received)
		return lie(answer, "it sends more than the file has");
	answer->left = length;
	return ANSWER_UNDER_WAY;
}

static enum answer_state end(struct answer *answer, uint64_t size)
{
	if (!answer->has_started)
		return lie(answer, "an end before an answer");
	if (size != answer->received || (answer->total != WIRE_UNKNOWN && size != answer->total))
		return lie(answer, "it reported a size that differs from what it sent");
	return ANSWER_WHOLE;
}

static enum answer_state take_header(struct answer *answer, const struct wire_header *header)
{
	if (header->none)
		return lie(answer, "a frame of unknown type");
	switch (header->kind) {
	case WIRE_STARTED:
		return start(answer, header->value);
	case WIRE_TIME:
		return take_time(answer, header->value);
	case WIRE_DATA:
		return announce(answer, header->value);
	case WIRE_END:
		return end(answer, header->value);
	case WIRE_ELSEWHERE:
		return answer->has_started ? lie(answer, "a refusal out of order")
					   : ANSWER_ELSEWHERE;
	case WIRE_MISSING:
	case WIRE_FAILED:
		if (header->value == 0 || header->value > WIRE_MAX_TEXT)
			return lie(answer, "a number out of range");
		answer->left = header->value;
		answer->is_text = 1;
		answer->is_missing = header->kind == WIRE_MISSING;
		return ANSWER_UNDER_WAY;
	default:
		return lie(answer, "a frame of unknown type");
	}
}

/* Text for a terminal: it must not move the cursor, and this program must not need to decode it. */
static enum answer_state take_text(struct answer *answer, const unsigned char *bytes, size_t length)
{
	for (size_t at = 0; at < length; at++) {
		int is_plain = bytes[at] >= ' ' && bytes[at] <= '~';
		answer->text[answer->text_length++] = is_plain ? (char)bytes[at] : '?';
	}
	answer->left -= length;
	return answer->left ? ANSWER_UNDER_WAY : ANSWER_FAILED;
}

static enum answer_state take_data(struct answer *answer, const unsigned char *bytes, size_t length)
{
	answer->left -= length;
	answer->received += length;
	return answer->sink(answer->context, bytes, length) ? ANSWER_UNWRITABLE : ANSWER_UNDER_WAY;
}

/* The number of bytes that were taken is written to 'taken'. */
static enum answer_state take_some(struct answer *answer, const unsigned char *bytes, size_t length,
	size_t *taken, int64_t now)
{
	if (answer->left) {
		*taken = length < answer->left ? length : (size_t)answer->left;
		return answer->is_text ? take_text(answer, bytes, *taken)
				       : take_data(answer, bytes, *taken);
	}
	struct wire_header header;
	const size_t missing = sizeof(header) - answer->held_length;
	*taken = length < missing ? length : missing;
	memcpy(answer->held + answer->held_length, bytes, *taken);
	answer->held_length += *taken;
	if (answer->held_length < sizeof(header))
		return ANSWER_UNDER_WAY;
	memcpy(&header, answer->held, sizeof(header));
	answer->held_length = 0;
	enum answer_state state = count_frame(answer, &header, now);
	return state == ANSWER_UNDER_WAY ? take_header(answer, &header) : state;
}

enum answer_state answer_take(
	struct answer *answer, const unsigned char *bytes, size_t length, int64_t now)
{
	enum answer_state state = ANSWER_UNDER_WAY;
	while (length > 0 && state == ANSWER_UNDER_WAY) {
		size_t taken = 0;
		state = take_some(answer, bytes, length, &taken, now);
		bytes += taken;
		length -= taken;
	}
	const int is_over =
		state == ANSWER_WHOLE || state == ANSWER_FAILED || state == ANSWER_ELSEWHERE;
	return is_over && length > 0 ? lie(answer, "it continues after its last message") : state;
}

uint64_t answer_total(const struct answer *answer)
{
	return answer->has_started ? answer->total : WIRE_UNKNOWN;
}

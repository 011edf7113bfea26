/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "receive.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "clock.h"
#include "interrupt.h"

enum {
	/* Looks while a download is under way, a second. */
	LOOKS = 1000 / BAR_INTERVAL,
	/* Seconds that one file may take, and those in which the other side says so itself. */
	MAX_TIME = 24 * 60 * 60 + 20,
};

/*
 * How long nothing has come. It counts looks, not the clock: a process that was stopped (SIGSTOP) must not blame the server.
 * Bytes alone begin it anew, whatever else wakes us.
 */
struct still {
	int looks;
	int64_t looked;
};

static int is_too_long(struct still *still, int64_t now)
{
	if (now - still->looked < BAR_INTERVAL)
		return 0;
	still->looked = now;
	return ++still->looks > RECEIVE_MAX_STILL * LOOKS;
}

enum wake { BYTES, SIGNAL, NOTHING, BROKEN };

/* Waits for bytes, or a signal, or the time of a look. A signal is heard however many bytes there are. */
static enum wake wait_once(const struct channel *channel)
{
	struct pollfd all[] = {
		{.fd = channel->answers, .events = POLLIN},
		{.fd = interrupt_descriptor(), .events = POLLIN},
	};
	const int count = poll(all, sizeof(all) / sizeof(all[0]), BAR_INTERVAL);
	if (count < 0)
		return errno == EINTR ? NOTHING : BROKEN;
	if (all[1].revents)
		return SIGNAL;
	return count ? BYTES : NOTHING;
}

enum outcome receive(const struct receiving *receiving, enum answer_state *state)
{
	struct answer *answer = receiving->answer;
	static unsigned char buffer[WIRE_MAX_DATA];
	const int64_t begun = clock_now();
	struct still still = {.looked = begun};
	*state = ANSWER_UNDER_WAY;
	while (*state == ANSWER_UNDER_WAY) {
		const enum wake wake = wait_once(receiving->channel);
		if (wake == BROKEN)
			return GONE;
		if (wake == SIGNAL && interrupt_status())
			return INTERRUPTED;
		const int64_t now = clock_now();
		bar_update(receiving->bar, answer->received, answer_total(answer), now);
		if (now - begun > MAX_TIME * 1000LL && !receiving->is_patient) {
			answer->lie = "it took too long";
			*state = ANSWER_LIE;
			break;
		}
		errno = EAGAIN;
		const ssize_t length =
			wake == BYTES ? channel_hear(receiving->channel, buffer, sizeof(buffer))
				      : -1;
		if (length > 0) {
			still = (struct still){.looked = now};
			*state = answer_take(answer, buffer, (size_t)length, now);
		} else if (length == 0 || (errno != EAGAIN && errno != EINTR)) {
			return GONE;
		} else if (is_too_long(&still, now) && !receiving->is_patient) {
			return STOOD_STILL;
		}
	}
	return TAKEN;
}

/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "receive.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "clock.h"
#include "interrupt.h"

enum {
	/* Checks a second during a download. */
	LOOKS = 1000 / BAR_INTERVAL,
	/* The most seconds of one file, plus those in which the other side reports it itself. */
	MAX_TIME = 24 * 60 * 60 + 20,
};

/* How long nothing has come. It counts checks, not the clock: a process that was stopped (SIGSTOP)
 * must not blame the server. Only bytes reset it, not other events. */
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

/* Waits for bytes, a signal, or the time of a check. A signal is handled even if bytes keep coming. */
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
	/* Memory that is touched for the first time costs more than a few more calls. */
	static unsigned char buffer[64 * 1024];
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

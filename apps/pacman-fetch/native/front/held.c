/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "held.h"

#include "facts.h"

/*
 * Looks, and not time: after a machine has slept the first one comes at once. An honest process has the lock for microseconds, and
 * where it is swapped out meanwhile the file comes in the other way.
 */
enum { MAX_LOOKS = 2 };

/* One that is stopped (SIGSTOP, ptrace(2)) waits for nobody, and who is waiting for a lock can't be stopped. */
static int is_stopped(pid_t pid)
{
	struct facts facts;
	return !facts_read(pid, &facts) && (facts.state == 'T' || facts.state == 't');
}

void held_begin(struct held *held, const struct channel *channel)
{
	*held = (struct held){.is_within = 0};
	(void)channel_calls(channel); /* of those that had it before */
}

int held_look(struct held *held, const struct channel *channel, pid_t pid)
{
	const uint64_t news = channel_calls(channel);
	/* Each call says that it begins, and that it has ended. */
	held->is_within ^= (int)(news & 1);
	if (news || !held->is_within || is_stopped(pid))
		held->looks = 0;
	else
		held->looks++;
	return held->looks >= MAX_LOOKS;
}

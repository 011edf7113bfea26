/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "held.h"

#include "facts.h"

/* Checks, and not time: after a machine has slept, the first check comes at once. An honest process
 * has the lock for microseconds. If it is swapped out meanwhile, the file is downloaded in the
 * other way. */
enum { MAX_LOOKS = 2 };

/* A stopped process (SIGSTOP, ptrace(2)) does not wait, and a process that waits for a lock cannot
 * be stopped. */
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
	/* Each call is counted at its beginning and at its end. */
	held->is_within ^= (int)(news & 1);
	if (news || !held->is_within || is_stopped(pid))
		held->looks = 0;
	else
		held->looks++;
	return held->looks >= MAX_LOOKS;
}

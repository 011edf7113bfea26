/* SPDX-License-Identifier: MIT */
/*
 * What a broadcast knows about each thread, and how long it may take. For sb_threads.c only: it
 * defines what it declares.
 */
#ifndef SB_BROADCAST_H
#define SB_BROADCAST_H

#include <errno.h>
#include <sched.h>
#include <stdatomic.h>
#include <stddef.h>
#include <sys/types.h>
#include <time.h>

#include "sb_threads.h"

#ifndef SB_THREADS_DEADLINE_SECONDS
#define SB_THREADS_DEADLINE_SECONDS 5
#endif

/*
 * Most threads answer within microseconds. The shorter it takes, the fewer threads start meanwhile.
 */
#define SPINS 100

enum { PENDING = 1 }; /* outcomes are 0 or negative */
enum { GONE = 0 };    /* the tid of a slot whose thread has ended: free to be used again */

struct slot {
	atomic_int tid;
	atomic_int outcome;
	int listed; /* in the latest listing */
};

struct broadcast {
	sb_thread_fn fn;
	void *argument;
	struct timespec deadline;
	atomic_int count;
	struct slot slots[SB_THREADS_MAX];
};

static struct slot *slot_of(struct broadcast *broadcast, pid_t tid)
{
	int count = atomic_load(&broadcast->count);
	for (int i = 0; i < count; i++) {
		if (atomic_load(&broadcast->slots[i].tid) == tid)
			return &broadcast->slots[i];
	}
	return NULL;
}

/* A slot for one more thread: that of an ended thread, or else a new one. */
static struct slot *free_slot(struct broadcast *broadcast)
{
	struct slot *slot = slot_of(broadcast, GONE);
	int count = atomic_load(&broadcast->count);
	if (slot || count == SB_THREADS_MAX)
		return slot;
	slot = &broadcast->slots[count];
	atomic_store(&slot->tid, GONE);
	atomic_store(&broadcast->count, count + 1);
	return slot;
}

static void set_deadline(struct broadcast *broadcast)
{
	(void)clock_gettime(CLOCK_MONOTONIC, &broadcast->deadline); /* can't fail for this clock */
	broadcast->deadline.tv_sec += SB_THREADS_DEADLINE_SECONDS;
}

/*
 * Lets other threads run, at first without sleeping; -ETIMEDOUT when the time of the broadcast is
 * over.
 */
static int pause_or_give_up(const struct broadcast *broadcast, int attempt)
{
	const struct timespec pause = {.tv_nsec = 100000};
	struct timespec now;
	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	if (now.tv_sec > broadcast->deadline.tv_sec ||
		(now.tv_sec == broadcast->deadline.tv_sec &&
			now.tv_nsec > broadcast->deadline.tv_nsec))
		return -ETIMEDOUT;
	if (attempt < SPINS)
		(void)sched_yield(); /* can't fail on Linux */
	else
		(void)nanosleep(&pause, NULL); /* an interrupted pause is just shorter */
	return 0;
}

#endif

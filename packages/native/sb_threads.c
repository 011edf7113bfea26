/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "sb_threads.h"
#include "sb_broadcast.h"
#include "sb_broadcast_signal.h"
#include "sb_task_list.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/*
 * The answer to a signal; NULL for none. A handler reads it once. So a late handler cannot mix the
 * function of one broadcast with the argument of another and the slot of a third.
 */
static struct broadcast *_Atomic current;

/* A thread may still get the signal of a failed broadcast at any time: then no broadcast is freed. */
static int has_stragglers;

static void on_signal(int number, siginfo_t *info, void *context)
{
	int saved = errno;
	(void)number;
	(void)context;
	/* A signal 33 from another sender is not answered. */
	struct broadcast *broadcast = atomic_load(&current);
	if (broadcast && info->si_code == SI_TKILL && info->si_pid == getpid()) {
		struct slot *slot = slot_of(broadcast, (pid_t)syscall(SYS_gettid));
		if (slot && atomic_load(&slot->outcome) == PENDING)
			atomic_store(&slot->outcome, broadcast->fn(broadcast->argument));
	}
	errno = saved;
}

static int is_gone(pid_t tid)
{
	return syscall(SYS_tgkill, getpid(), tid, 0) != 0 && errno == ESRCH;
}

/* Signals one thread once. An ended thread counts as answered. */
static int signal_thread(struct broadcast *broadcast, pid_t tid)
{
	struct slot *slot = free_slot(broadcast);
	if (!slot)
		return -EAGAIN;
	atomic_store(&slot->outcome, PENDING);
	atomic_store(&slot->tid, tid);
	slot->listed = 1;
	for (int attempt = 0; syscall(SYS_tgkill, getpid(), tid, BROADCAST_SIGNAL); attempt++) {
		int error = -errno;
		/* The queue of RLIMIT_SIGPENDING is full: threads that answer make room. */
		if (error == -EAGAIN && pause_or_give_up(broadcast, attempt) == 0)
			continue;
		atomic_store(&slot->tid, GONE);
		return error == -ESRCH ? 0 : error;
	}
	return 0;
}

/* One round of signals. */
struct round {
	struct broadcast *broadcast;
	pid_t self;
	int fresh; /* the number of threads signalled in it */
};

static int signal_if_new(void *argument, pid_t tid)
{
	struct round *round = argument;
	if (tid == round->self)
		return 0;
	struct slot *slot = slot_of(round->broadcast, tid);
	if (slot) {
		slot->listed = 1;
		return 0;
	}
	int error = signal_thread(round->broadcast, tid);
	if (error == 0)
		round->fresh++;
	return error;
}

/* Signals every listed thread that has no slot yet; returns how many, or -errno. */
static int signal_new_threads(struct broadcast *broadcast, int tasks, pid_t self)
{
	struct round round = {.broadcast = broadcast, .self = self};
	int count = atomic_load(&broadcast->count);
	for (int i = 0; i < count; i++)
		broadcast->slots[i].listed = 0;
	int error = sb_list_tasks(tasks, signal_if_new, &round);
	return error ? error : round.fresh;
}

/* Waits until every signalled thread has answered or ended. */
static int wait_for_answers(struct broadcast *broadcast)
{
	int count = atomic_load(&broadcast->count);
	for (int i = 0; i < count; i++) {
		struct slot *slot = &broadcast->slots[i];
		pid_t tid = atomic_load(&slot->tid);
		int attempt = 0;
		while (tid != GONE && atomic_load(&slot->outcome) == PENDING) {
			if (is_gone(tid)) {
				atomic_store(&slot->tid, GONE);
				break;
			}
			if (pause_or_give_up(broadcast, attempt++))
				return -ETIMEDOUT;
		}
	}
	return 0;
}

/*
 * Whether every thread that was alive at one moment is known to have answered.
 *
 * A listing alone does not prove that (sb_task_list.h), but the kernel also counts threads. A
 * thread that was listed before this count was read, and is alive afterwards, was alive when it was
 * read. If these threads are as many as the kernel counted, no other thread existed. (The proof
 * would fail if a number passed from an ended thread to a new one between two of these checks. The
 * kernel assigns numbers in order, so that needs tens of thousands of new tasks within
 * microseconds.)
 */
static int all_accounted_for(struct broadcast *broadcast, int tasks)
{
	long counted = sb_count_tasks(tasks);
	if (counted < 0)
		return (int)counted;
	long alive = 1; /* the caller */
	int count = atomic_load(&broadcast->count);
	for (int i = 0; i < count; i++) {
		struct slot *slot = &broadcast->slots[i];
		pid_t tid = atomic_load(&slot->tid);
		if (tid == GONE)
			continue;
		if (is_gone(tid)) /* now, so that a new thread of the same number is seen as new */
			atomic_store(&slot->tid, GONE);
		else if (slot->listed)
			alive++;
	}
	return alive == counted;
}

static int reach_all(struct broadcast *broadcast, int tasks, pid_t self)
{
	for (int attempt = 0;; attempt++) {
		int fresh = signal_new_threads(broadcast, tasks, self);
		/* Also after an error: a signal that arrives late must find the handler. */
		int error = wait_for_answers(broadcast);
		if (error || fresh < 0)
			return error ? error : fresh;
		int done = all_accounted_for(broadcast, tasks);
		if (done)
			return done < 0 ? done : 0;
		if (pause_or_give_up(broadcast, attempt))
			return -ETIMEDOUT;
	}
}

static void count_outcome(struct sb_threads_result *result, int outcome)
{
	result->threads++;
	if (outcome == 0)
		return;
	result->failed++;
	if (result->error == 0)
		result->error = -outcome;
}

static void finish(struct broadcast *broadcast)
{
	atomic_store(&current, NULL);
	if (!has_stragglers)
		free(broadcast);
}

int sb_all_threads_in(int tasks, sb_thread_fn fn, void *argument, struct sb_threads_result *result)
{
	const struct kernel_sigaction ours = action_of(on_signal);
	struct kernel_sigaction old;
	memset(result, 0, sizeof *result);
	struct broadcast *broadcast = calloc(1, sizeof *broadcast);
	if (!broadcast)
		return -ENOMEM;
	broadcast->fn = fn;
	broadcast->argument = argument;
	set_deadline(broadcast);
	atomic_store(&current, broadcast);
	int error = set_action(&ours, &old);
	if (error == 0) {
		error = reach_all(broadcast, tasks, (pid_t)syscall(SYS_gettid));
		/* A thread that never answered may still get the signal: then this handler stays. */
		if (error == -ETIMEDOUT) {
			has_stragglers = 1;
			finish(broadcast);
			return error;
		}
		int restored = set_action(&old, NULL);
		if (error == 0)
			error = restored;
	}
	int count = atomic_load(&broadcast->count);
	for (int i = 0; i < count; i++) {
		if (atomic_load(&broadcast->slots[i].tid) != GONE)
			count_outcome(result, atomic_load(&broadcast->slots[i].outcome));
	}
	if (error == 0 && result->failed == 0)
		count_outcome(result, fn(argument));
	finish(broadcast);
	return error ? error : -result->error;
}

int sb_all_threads(sb_thread_fn fn, void *argument, struct sb_threads_result *result)
{
	int tasks = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tasks < 0)
		return -errno;
	int error = sb_all_threads_in(tasks, fn, argument, result);
	(void)close(tasks); /* only read from */
	return error;
}

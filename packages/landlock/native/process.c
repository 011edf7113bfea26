/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "process.h"
#include "sb_threads.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <unistd.h>

/*
 * Static, since a thread that answers only after the broadcast has given up still reads it. One
 * restriction at a time: the package lets the main thread alone ask for one.
 */
static struct work {
	struct sb_landlock state;
	struct sb_proof_context context;
	struct sb_proof_answers before; /* what the caller was answered */
	sb_proof_set proofs;            /* denied to the rehearsing thread, and not before */
	int error;
	int shortage;
	struct sb_failure failure;
} work;

static int show(void *argument)
{
	(void)argument;
	return sb_proof_try(&work.context, work.proofs).denied == work.proofs ? 0 : -EPERM;
}

static int restrict_and_show(void *argument)
{
	struct sb_failure failure;
	int error = sb_landlock_restrict(&work.state, &failure);
	return error ? error : show(argument);
}

/*
 * Restricts only itself and tries every attempt. Whatever would make the kernel refuse on the other
 * threads (sixteen layers, no no_new_privs, an unknown flag) makes it refuse here, where it does no
 * harm; and what is denied here and was not before is what every thread must be denied.
 */
static void *rehearse(void *argument)
{
	struct sb_landlock alone = work.state;
	alone.restrict_flags &= ~LL_RESTRICT_TSYNC;
	work.error = sb_landlock_restrict(&alone, &work.failure);
	if (work.error == 0) {
		struct sb_proof_answers answers = sb_proof_try(&work.context, ~work.before.denied);
		work.proofs = answers.denied;
		work.shortage = answers.shortage;
	}
	return argument;
}

static int run_rehearsal(struct sb_failure *failure)
{
	pthread_t thread;
	int error = pthread_create(&thread, NULL, rehearse, NULL);
	if (error)
		return sb_fail(failure, "rehearse", "pthread_create", error);
	error = pthread_join(thread, NULL);
	if (error)
		return sb_fail(failure, "rehearse", "pthread_join", error);
	if (work.error)
		return sb_fail(failure, "rehearse", work.failure.syscall, -work.error);
	/* An attempt that couldn't be made would be missing from the proofs, and from every look. */
	if (work.shortage)
		return sb_fail(failure, "rehearse", NULL, -work.shortage);
	/*
	 * Something that must be denied is not: the call answered 0 and restricted nothing, or less than
	 * it was asked.
	 */
	if (sb_proof_due(&work.state, work.before.allowed) & ~work.proofs)
		return sb_fail(failure, "rehearse", NULL, EPERM);
	return 0;
}

static int restrict_all(int tasks, struct sb_landlock_reached *reached, struct sb_failure *failure)
{
	struct sb_threads_result result = {0};
	int error = 0;
	if (work.state.restrict_flags & LL_RESTRICT_TSYNC) {
		error = sb_landlock_restrict(&work.state, failure);
		if (error)
			return sb_fail(failure, "restrict", failure->syscall, -error);
	} else {
		error = sb_all_threads_in(tasks, restrict_and_show, NULL, &result);
		if (error)
			return sb_fail(failure, "threads", NULL, -error);
		reached->threads = result.threads;
		if (work.state.record_flags & SB_LANDLOCK_ONE_LOOK)
			return 0;
	}
	/* A second look, at every thread that there is now, by another broadcast. */
	error = sb_all_threads_in(tasks, show, NULL, &result);
	if (error)
		return sb_fail(failure, "verify", NULL, -error);
	reached->threads = result.threads;
	return 0;
}

static int restrict_process(const struct sb_landlock *state, int tasks,
	struct sb_landlock_reached *reached, struct sb_failure *failure)
{
	work.state = *state;
	work.proofs = 0;
	work.error = 0;
	work.shortage = 0;
	sb_proof_prepare(&work.context, state);
	work.before = sb_proof_try(&work.context, ~(sb_proof_set)0);
	int error = work.before.shortage ? sb_fail(failure, "rehearse", NULL, -work.before.shortage)
					 : run_rehearsal(failure);
	reached->proofs = work.proofs;
	if (error == 0)
		error = restrict_all(tasks, reached, failure);
	sb_proof_release(&work.context);
	return error;
}

int sb_landlock_apply(const uint8_t *record, size_t length, struct sb_landlock *state,
	struct sb_landlock_reached *reached, struct sb_failure *failure)
{
	sb_proof_watch(state);
	int error = sb_landlock_build(record, length, state, failure);
	if (error)
		return error;
	/* Opened now: the new rules may forbid it to whoever comes after the first thread. */
	int tasks = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tasks < 0) {
		error = sb_fail(failure, "tasks", "open", errno);
	} else {
		error = restrict_process(state, tasks, reached, failure);
		(void)close(tasks); /* only read from */
	}
	sb_landlock_close(state);
	return error;
}

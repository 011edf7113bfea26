/* SPDX-License-Identifier: MIT */
/* Glue between JavaScript and the C files next to it: what a launch needs of the kernel, and what
 * restrictSelf needs in addition to the layers. It converts values and decides nothing. */
#include "anonymous_file.h"
#include "death.h"
#include "delegated.h"
#include "dumpable.h"
#include "file_lock.h"
#include "js_file_calls.h"
#include "limit.h"
#include "pipe.h"
#include "reap.h"
#include "sb_js.h"
#include "start.h"
#include "status_pipe.h"
#include "unreadable.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* anonymousFile(bytes: Uint8Array, executable: boolean): number, a descriptor at its start, or -errno */
static napi_value anonymous_file(struct sb_js *js)
{
	struct sb_js_bytes bytes = sb_js_bytes(js, 0);
	int is_executable = sb_js_flag(js, 1);
	if (!sb_js_is_whole(js))
		return NULL;
	return sb_js_number(js, sb_anonymous_file(bytes.data, bytes.length, is_executable));
}

/* closeFile(descriptor: number): 0 or -errno. Some runtimes close only descriptors that they have
 * opened. */
static napi_value close_file(struct sb_js *js)
{
	int descriptor = (int)sb_js_integer(js, 0);
	if (!sb_js_is_whole(js))
		return NULL;
	return sb_js_number(js, close(descriptor) ? -errno : 0);
}

/* endNow(status: number): does not return (_exit(2)). */
static napi_value end_now(struct sb_js *js)
{
	_exit((int)sb_js_integer(js, 0));
}

/* isDelegated(descriptor: number): 1 or 0, of a directory of a cgroup */
static napi_value is_delegated(struct sb_js *js)
{
	int descriptor = (int)sb_js_integer(js, 0);
	return sb_js_is_whole(js) ? sb_js_number(js, sb_is_delegated(descriptor)) : NULL;
}

/* lockFile(descriptor: number): 0; 1 if another description of the file has it; or -errno */
static napi_value lock_file(struct sb_js *js)
{
	int descriptor = (int)sb_js_integer(js, 0);
	return sb_js_is_whole(js) ? sb_js_number(js, sb_lock_file(descriptor)) : NULL;
}

/* shareFile(descriptor: number): 0 or -errno */
static napi_value share_file(struct sb_js *js)
{
	int descriptor = (int)sb_js_integer(js, 0);
	return sb_js_is_whole(js) ? sb_js_number(js, sb_share_file(descriptor)) : NULL;
}

/* unlockFile(descriptor: number): 0 or -errno */
static napi_value unlock_file(struct sb_js *js)
{
	int descriptor = (int)sb_js_integer(js, 0);
	return sb_js_is_whole(js) ? sb_js_number(js, sb_unlock_file(descriptor)) : NULL;
}

/* makeUndumpable(): 0 or -errno */
static napi_value make_undumpable(struct sb_js *js)
{
	return sb_js_number(js, sb_make_undumpable());
}

/* pipe(bytes: number): [number, number], the ends for reading and for writing, both close-on-exec;
 * or -errno. bytes: how many may wait to be read, as far as the system allows it (F_SETPIPE_SZ of
 * fcntl(2)); 0: the default of the system. */
static napi_value make_pipe(struct sb_js *js)
{
	int ends[2];
	int bytes = (int)sb_js_integer(js, 0);
	int error = sb_js_is_whole(js) ? sb_pipe(ends, bytes) : -EINVAL;
	if (error)
		return sb_js_number(js, error);
	napi_value pair = sb_js_array(js);
	sb_js_put(js, pair, 0, sb_js_number(js, ends[0]));
	sb_js_put(js, pair, 1, sb_js_number(js, ends[1]));
	return pair;
}

/* reap(pid: number): its status as in wait(2); or -errno, -EAGAIN if it has not ended */
static napi_value reap(struct sb_js *js)
{
	pid_t pid = (pid_t)sb_js_integer(js, 0);
	return sb_js_is_whole(js) ? sb_js_number(js, sb_reap(pid)) : NULL;
}

/* setLimit(resource: number, value: bigint, tries: boolean): 0 or -errno. Soft and hard alike, of
 * the whole process (setrlimit(2)); or tests whether it could be set, and leaves it. */
static napi_value set_limit(struct sb_js *js)
{
	unsigned int resource = (unsigned int)sb_js_integer(js, 0);
	uint64_t value = sb_js_large(js, 1);
	int is_trial = sb_js_flag(js, 2);
	if (!sb_js_is_whole(js))
		return NULL;
	return sb_js_number(
		js, is_trial ? sb_try_limit(resource, value) : sb_set_limit(resource, value));
}

/* The words of a start, one after the other, each with a NUL at its end; NULL without memory. */
static char **words_of(struct sb_js_bytes texts)
{
	size_t count = 0;
	for (size_t i = 0; i < texts.length; i++)
		count += texts.data[i] == 0;
	char **words = malloc((count + 1) * sizeof *words);
	const char *next = (const char *)texts.data;
	for (size_t i = 0; words && i < count; i++, next += strlen(next) + 1)
		words[i] = (char *)next; /* execve(2) does not change them */
	if (words)
		words[count] = NULL;
	return words;
}

static pid_t start_with(char **words, struct sb_js_bytes numbers, int *pidfd)
{
	int32_t *descriptors = malloc(numbers.length + 1);
	pid_t pid = -ENOMEM;
	if (words && descriptors) {
		memcpy(descriptors, numbers.data, numbers.length);
		const struct sb_start start = {
			words[0], words, descriptors, numbers.length / sizeof *descriptors};
		pid = words[0] ? sb_start(&start, pidfd) : -EINVAL;
	}
	free(descriptors);
	return pid;
}

/* startProgram(words: Uint8Array, descriptors: Uint8Array): [number, number], its process id and
 * its pidfd, close-on-exec; or -errno, and nothing runs. words: its path and its arguments, each
 * with a NUL at its end. descriptors: what it gets as 0, 1, 2 …, as numbers of 32 bits. */
static napi_value start_program(struct sb_js *js)
{
	struct sb_js_bytes texts = sb_js_bytes(js, 0);
	struct sb_js_bytes numbers = sb_js_bytes(js, 1);
	int pidfd = -1;
	if (!sb_js_is_whole(js))
		return NULL;
	char **words = words_of(texts);
	pid_t pid = start_with(words, numbers, &pidfd);
	free(words);
	if (pid < 0)
		return sb_js_number(js, pid);
	napi_value pair = sb_js_array(js);
	sb_js_put(js, pair, 0, sb_js_number(js, pid));
	sb_js_put(js, pair, 1, sb_js_number(js, pidfd));
	return pair;
}

/* statusPipe(most: number, done: (said: string) => void): number, the end for the launcher,
 * close-on-exec, or -errno. `done` is called once with all that was written, after every holder of
 * that end has closed it. `most` is the most bytes of that: what the pipe can hold is read at the
 * end, so nothing wakes this process before. */
static napi_value status_pipe(struct sb_js *js)
{
	int64_t most = sb_js_integer(js, 0);
	if (!sb_js_is_whole(js))
		return NULL;
	return sb_js_number(js, sb_status_pipe(js->env, most, js->arguments[1]));
}

/* unreadableCopy(program: number): a descriptor of a copy to execute (O_PATH, close-on-exec), or -errno */
static napi_value unreadable_copy(struct sb_js *js)
{
	int program = (int)sb_js_integer(js, 0);
	return sb_js_is_whole(js) ? sb_js_number(js, sb_unreadable_copy(program)) : NULL;
}

/* watchDeath(pid: number, done: (death: number[]) => void): 0 or -errno. `done` is called once,
 * before child_process reports the end. Its argument is the number of the signal that ended the
 * child, 0 if it ended by itself, or -1 if something else has waited for it; then microseconds of
 * processor time in user and in system mode, and the most KiB in memory, of it and of those that it
 * has waited for; then microseconds of the child itself, or -1. The child must not have been waited
 * for yet. */
static napi_value watch_death(struct sb_js *js)
{
	pid_t pid = (pid_t)sb_js_integer(js, 0);
	if (!sb_js_is_whole(js))
		return NULL;
	return sb_js_number(js, sb_watch_death(js->env, pid, js->arguments[1]));
}

/* watchChild(pid: number, pidfd: number, done: (death: number[]) => void): 0 or -errno. As watchDeath,
 * for a child of startProgram, for whose end the event loop does not wait; closes the pidfd, also
 * after an error. */
static napi_value watch_child(struct sb_js *js)
{
	struct sb_child child = {(pid_t)sb_js_integer(js, 0), (int)sb_js_integer(js, 1), true};
	if (!sb_js_is_whole(js))
		return NULL;
	return sb_js_number(js, sb_watch_child(js->env, child, js->arguments[2]));
}

static const struct sb_js_export table[] = {
	{"anonymousFile", anonymous_file},
	{"closeFile", close_file},
	{"endNow", end_now},
	{"isDelegated", is_delegated},
	{"lockFile", lock_file},
	{"makeUndumpable", make_undumpable},
	{"mountOf", sb_js_mount_of},
	{"openAt", sb_js_open_at},
	{"pipe", make_pipe},
	{"readFile", sb_js_read_file},
	{"readNames", sb_js_read_names},
	{"reap", reap},
	{"setLimit", set_limit},
	{"shareFile", share_file},
	{"startProgram", start_program},
	{"statusPipe", status_pipe},
	{"unlockFile", unlock_file},
	{"unreadableCopy", unreadable_copy},
	{"watchChild", watch_child},
	{"watchDeath", watch_death},
};

NAPI_MODULE_INIT()
{
	return sb_js_exports(env, exports, table, sizeof table / sizeof *table);
}

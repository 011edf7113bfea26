/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "status_pipe.h"

#include <errno.h>
#ifdef __linux__
#include "watch.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct pipe {
	struct sb_watch watch; /* first: a pointer to it is one to the whole */
	char *said;
	size_t length, room;
};

static int keep(struct pipe *pipe, const char *bytes, size_t length)
{
	if (pipe->room - pipe->length < length) {
		size_t room = pipe->room + pipe->room / 2 + length;
		char *larger = realloc(pipe->said, room);
		if (!larger)
			return -ENOMEM;
		pipe->said = larger;
		pipe->room = room;
	}
	memcpy(pipe->said + pipe->length, bytes, length);
	pipe->length += length;
	return 0;
}

/* Returns 0 at the end, -errno otherwise; -EAGAIN while a writer is left. */
static int drain(struct pipe *pipe)
{
	char buffer[4096];
	for (;;) {
		ssize_t length = read(pipe->watch.descriptor, buffer, sizeof buffer);
		if (length == 0)
			return 0;
		int error = length > 0 ? keep(pipe, buffer, (size_t)length) : -errno;
		if (error && error != -EINTR)
			return error;
	}
}

static bool look(struct sb_watch *watch, napi_value *told)
{
	struct pipe *pipe = (struct pipe *)watch;
	int error = drain(pipe);
	if (error == -EAGAIN)
		return false;
	/* If it cannot be read, the launcher counts as lost. */
	const char *said = pipe->said ? pipe->said : "";
	if (napi_create_string_latin1(watch->env, said, error ? 0 : pipe->length, told) != napi_ok)
		*told = NULL;
	return true;
}

static void discard(struct sb_watch *watch)
{
	free(((struct pipe *)watch)->said);
	free(watch);
}

int sb_status_pipe(napi_env env, int64_t most, napi_value done)
{
	int ends[2];
	struct pipe *pipe = calloc(1, sizeof *pipe);
	if (!pipe)
		return -ENOMEM;
	if (pipe2(ends, O_CLOEXEC)) {
		int error = -errno;
		free(pipe);
		return error;
	}
	pipe->watch.descriptor = ends[0];
	pipe->watch.look = look;
	pipe->watch.discard = discard;
	/* Only the end for reading becomes non-blocking; the launcher's stays blocking. */
	bool is_early = fcntl(ends[0], F_GETPIPE_SZ) < most;
	int error = sb_watch_start(
		env, &pipe->watch, is_early ? UV_READABLE | UV_DISCONNECT : UV_DISCONNECT, done);
	if (!error)
		return ends[1];
	(void)close(ends[1]); /* nothing was written */
	return error;
}
#else
int sb_status_pipe(napi_env env, int64_t most, napi_value done)
{
	(void)env;
	(void)most;
	(void)done;
	return -ENOSYS;
}
#endif

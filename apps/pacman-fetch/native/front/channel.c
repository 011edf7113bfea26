/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "channel.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes that may wait to be read, as in @sb/fetcher; less is accepted. */
enum { MAX_UNREAD = 1 << 20 };

static int make(int *input, int *output)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC))
		return -1;
	*input = ends[0];
	*output = ends[1];
	return 0;
}

static int dont_block(int descriptor)
{
	const int flags = fcntl(descriptor, F_GETFL);
	return flags < 0 ? -1 : fcntl(descriptor, F_SETFL, flags | O_NONBLOCK);
}

int channel_make(struct channel *ours, struct channel *theirs)
{
	*ours = *theirs = (struct channel){.requests = -1, .answers = -1, .calls = -1};
	if (!make(&theirs->requests, &ours->requests) && !make(&ours->answers, &theirs->answers) &&
		!dont_block(ours->requests) && !dont_block(ours->answers) &&
		(ours->calls = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) >= 0) {
		(void)fcntl(ours->answers, F_SETPIPE_SZ, MAX_UNREAD); /* or what it has */
		return 0;
	}
	channel_close(ours);
	channel_close(theirs);
	return -1;
}

static int is_waiting(int descriptor)
{
	const int flags = fcntl(descriptor, F_GETFL);
	return flags < 0 || !(flags & O_NONBLOCK);
}

static int is_pipe(int descriptor, int mode)
{
	struct stat stats;
	const int flags = fcntl(descriptor, F_GETFL);
	return !fstat(descriptor, &stats) && S_ISFIFO(stats.st_mode) && flags >= 0 &&
	       (flags & O_ACCMODE) == mode && !is_waiting(descriptor);
}

int channel_is_ours(const struct channel *channel)
{
	return is_pipe(channel->requests, O_WRONLY) && is_pipe(channel->answers, O_RDONLY) &&
	       !is_waiting(channel->calls);
}

int channel_is_quiet(const struct channel *channel)
{
	struct pollfd answers = {.fd = channel->answers, .events = POLLIN};
	return poll(&answers, 1, 0) == 0; /* the end can be read, too */
}

/* One beginning, or one end. */
static int count(const struct channel *channel)
{
	const uint64_t one = 1;
	return write(channel->calls, &one, sizeof(one)) == (ssize_t)sizeof(one) ? 0 : -1;
}

int channel_ask(const struct channel *channel, const char *text, size_t length)
{
	if (count(channel))
		return -1;
	const ssize_t written = write(channel->requests, text, length);
	return count(channel) || written != (ssize_t)length ? -1 : 0;
}

ssize_t channel_hear(const struct channel *channel, void *buffer, size_t size)
{
	if (count(channel)) {
		errno = EIO;
		return -1;
	}
	const ssize_t length = read(channel->answers, buffer, size);
	const int error = errno;
	/* Bytes may be lost then, so this never looks like an empty channel. */
	const int is_counted = !count(channel);
	errno = is_counted ? error : EIO;
	return is_counted ? length : -1;
}

uint64_t channel_calls(const struct channel *channel)
{
	uint64_t news = 0;
	return read(channel->calls, &news, sizeof(news)) == (ssize_t)sizeof(news) ? news : 0;
}

void channel_close(struct channel *channel)
{
	if (channel->requests >= 0)
		(void)close(channel->requests); /* nothing was written that counts */
	if (channel->answers >= 0)
		(void)close(channel->answers); /* was read only */
	if (channel->calls >= 0)
		(void)close(channel->calls); /* the keeper has seen what counts */
	*channel = (struct channel){.requests = -1, .answers = -1, .calls = -1};
}

#define _GNU_SOURCE
#include "channel.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>
#include <unistd.h>

/* Bytes that may wait to be read, as in @sb/fetcher; what the system allows of it is good enough. */
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
	*ours = *theirs = (struct channel){.requests = -1, .answers = -1};
	if (!make(&theirs->requests, &ours->requests) && !make(&ours->answers, &theirs->answers) &&
		!dont_block(ours->requests) && !dont_block(ours->answers)) {
		(void)fcntl(ours->answers, F_SETPIPE_SZ, MAX_UNREAD); /* or what it has */
		return 0;
	}
	channel_close(ours);
	channel_close(theirs);
	return -1;
}

static int is_pipe(int descriptor, int mode)
{
	struct stat stats;
	const int flags = fcntl(descriptor, F_GETFL);
	return !fstat(descriptor, &stats) && S_ISFIFO(stats.st_mode) && flags >= 0 &&
	       (flags & O_ACCMODE) == mode && (flags & O_NONBLOCK);
}

int channel_is_ours(const struct channel *channel)
{
	return is_pipe(channel->requests, O_WRONLY) && is_pipe(channel->answers, O_RDONLY);
}

int channel_is_quiet(const struct channel *channel)
{
	struct pollfd answers = {.fd = channel->answers, .events = POLLIN};
	return poll(&answers, 1, 0) == 0; /* the end can be read, too */
}

void channel_close(struct channel *channel)
{
	if (channel->requests >= 0)
		(void)close(channel->requests); /* nothing was written that counts */
	if (channel->answers >= 0)
		(void)close(channel->answers); /* was read only */
	channel->requests = channel->answers = -1;
}

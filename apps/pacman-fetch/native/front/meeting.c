/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "meeting.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "named.h"
#include "wire.h"

/* Milliseconds that a start may take on a busy machine. */
enum { START_TIME = 30000 };

/* Front doors of one pacman come one after the other. */
enum { BACKLOG = 4 };

enum { MINE_ALONE = 077 };

static const char suffix_new[] = ".new";

void meeting_name(
	struct meeting *meeting, int folder, const struct owner *owner, const struct call *call)
{
	meeting->folder = folder;
	/* The numbers have at most 10 and 20 digits, and the key 20: it always fits. */
	(void)snprintf(meeting->name, sizeof(meeting->name), ".pacman-fetch-%ld-%llu-%s",
		(long)owner->pid, owner->start, call->key);
}

/* By the open directory: bind(2) and connect(2) have no other way. */
static struct sockaddr_un address_of(const struct meeting *meeting, const char *suffix)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "/proc/self/fd/%d/%s%s",
		meeting->folder, meeting->name, suffix); /* 25 + 66 + 4 at the most, of 108 */
	return address;
}

static int bind_new(int listener, struct meeting *meeting)
{
	const struct sockaddr_un address = address_of(meeting, suffix_new);
	struct named named;
	char name[sizeof(meeting->name) + sizeof(suffix_new)];
	(void)snprintf(name, sizeof(name), "%s%s", meeting->name, suffix_new); /* always fits */
	if (unlinkat(meeting->folder, name, 0) && errno != ENOENT)
		return -1;
	const mode_t mask = umask(MINE_ALONE);
	const int error = bind(listener, (const struct sockaddr *)&address, sizeof(address));
	(void)umask(mask); /* can't fail */
	if (error || listen(listener, BACKLOG))
		return -1;
	/* A process that finds the name finds a listener. */
	if (named_look(meeting->folder, name, &named) ||
		renameat(meeting->folder, name, meeting->folder, meeting->name)) {
		(void)unlinkat(meeting->folder, name, 0); /* the error before says more */
		return -1;
	}
	meeting->device = named.device;
	meeting->inode = named.inode;
	return 0;
}

int meeting_listen(struct meeting *meeting)
{
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener < 0)
		return -1;
	if (!bind_new(listener, meeting))
		return listener;
	const int error = errno;
	(void)close(listener); /* the error before says more */
	errno = error;
	return -1;
}

int meeting_is_named(const struct meeting *meeting)
{
	struct named named;
	return !named_look(meeting->folder, meeting->name, &named) &&
	       named.device == meeting->device && named.inode == meeting->inode;
}

int meeting_watch(const struct meeting *meeting)
{
	const struct sockaddr_un address = address_of(meeting, "");
	const int changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (changes < 0)
		return -1;
	/* A name less is a change of its attributes. The directory would report each file of pacman. */
	if (inotify_add_watch(changes, address.sun_path,
		    IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_DONT_FOLLOW) >= 0)
		return changes;
	(void)close(changes); /* nothing is watched */
	return -1;
}

void meeting_skip(int changes)
{
	static char events[4096];
	while (read(changes, events, sizeof(events)) > 0)
		continue;
}

void meeting_leave(const struct meeting *meeting)
{
	if (meeting_is_named(meeting))
		(void)unlinkat(meeting->folder, meeting->name, 0); /* pacman removes its folder */
}

pid_t meeting_peer(int connection)
{
	struct ucred peer = {.pid = 0};
	socklen_t size = sizeof(peer);
	if (getsockopt(connection, SOL_SOCKET, SO_PEERCRED, &peer, &size) || size != sizeof(peer) ||
		peer.uid != geteuid() || peer.pid < 0)
		return 0;
	return peer.pid; /* 0 for one outside this PID namespace */
}

int meeting_connect(const struct meeting *meeting)
{
	const struct sockaddr_un address = address_of(meeting, "");
	int connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (connection < 0)
		return -1;
	/* Without waiting: a queue of other connections is the work of another program. */
	if (!connect(connection, (const struct sockaddr *)&address, sizeof(address)) &&
		meeting_peer(connection))
		return connection;
	(void)close(connection); /* nothing was said */
	return -1;
}

int meeting_accept(int listener, const struct owner *owner)
{
	int connection = accept4(listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (connection < 0)
		return -1;
	const pid_t peer = meeting_peer(connection);
	if (peer && owner_is_parent_of(owner, peer))
		return connection;
	(void)close(connection); /* nothing was said */
	return -1;
}

/* The descriptors of a channel in one message. */
enum { ENDS = 3 };

union control {
	char room[CMSG_SPACE(ENDS * sizeof(int))];
	struct cmsghdr aligned;
};

int meeting_say(int connection, uint32_t kind, uint64_t value, const struct channel *channel)
{
	struct wire_header header = {.kind = kind, .value = value};
	struct iovec bytes = {.iov_base = &header, .iov_len = sizeof(header)};
	union control control = {.room = {0}};
	struct msghdr message = {.msg_iov = &bytes, .msg_iovlen = 1};
	if (channel) {
		const int ends[ENDS] = {channel->requests, channel->answers, channel->calls};
		message.msg_control = control.room;
		message.msg_controllen = sizeof(control.room);
		struct cmsghdr *one = CMSG_FIRSTHDR(&message);
		one->cmsg_level = SOL_SOCKET;
		one->cmsg_type = SCM_RIGHTS;
		one->cmsg_len = CMSG_LEN(sizeof(ends));
		memcpy(CMSG_DATA(one), ends, sizeof(ends));
	}
	const ssize_t sent = sendmsg(connection, &message, MSG_NOSIGNAL | MSG_DONTWAIT);
	return sent == (ssize_t)sizeof(header) ? 0 : -1;
}

/* The descriptors of a message, which may have fewer than a channel. */
static void read_channel(struct msghdr *message, struct channel *channel)
{
	int ends[ENDS] = {-1, -1, -1};
	struct cmsghdr *one = CMSG_FIRSTHDR(message);
	if (one && one->cmsg_level == SOL_SOCKET && one->cmsg_type == SCM_RIGHTS &&
		one->cmsg_len >= CMSG_LEN(0) && one->cmsg_len <= CMSG_LEN(sizeof(ends)))
		memcpy(ends, CMSG_DATA(one), one->cmsg_len - CMSG_LEN(0));
	*channel = (struct channel){.requests = ends[0], .answers = ends[1], .calls = ends[2]};
}

int meeting_hear(int connection, uint64_t *value, struct channel *channel)
{
	struct wire_header header = {.kind = 0};
	struct iovec bytes = {.iov_base = &header, .iov_len = sizeof(header)};
	union control control;
	struct msghdr message = {.msg_iov = &bytes,
		.msg_iovlen = 1,
		.msg_control = control.room,
		.msg_controllen = sizeof(control.room)};
	struct pollfd wait = {.fd = connection, .events = POLLIN};
	if (poll(&wait, 1, START_TIME) != 1)
		return -1; /* a signal, too: whoever sent it is heeded by what is started then */
	const ssize_t length = recvmsg(connection, &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	if (length <= 0)
		return -1;
	read_channel(&message, channel);
	*value = header.value;
	if (length == (ssize_t)sizeof(header) && header.kind == WIRE_READY && !header.none &&
		!(message.msg_flags & MSG_CTRUNC) && channel_is_ours(channel))
		return 0;
	channel_close(channel); /* nothing was said */
	return -1;
}

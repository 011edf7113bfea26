/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "keeper.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "alone.h"
#include "clock.h"
#include "held.h"
#include "server.h"
#include "wire.h"

/* Tests need more time, so it can be set. */
#ifndef FRONT_LOOK
#define FRONT_LOOK 1000
#endif

enum {
	/* Milliseconds between two checks of the directory of FILE. If inotify(7) works, it reports sooner
	 * that the directory is gone. */
	LOOK = FRONT_LOOK,
	/* Checks without a front door until it ends. */
	MAX_IDLE = 15,
	/* Checks until the started process must be ready. */
	MAX_START = 30,
};

/* The keeper writes this when it can be found. */
static const char is_listening = 'l';

enum keeper_state { STARTING, READY, REFUSED, SILENT, ENDED };

struct keeper {
	struct meeting *meeting;
	const struct owner *owner;
	struct server server;
	enum keeper_state state;
	uint64_t flags;
	int owner_end; /* can be read once the owner has ended */
	int signals;
	int changes; /* can be read once the name of the socket may be gone; -1 if nothing reports that */
	int listener;
	int client; /* the front door that is served or waits; -1 */
	struct held held;
	int idle;       /* looks */
	int64_t looked; /* when that was, in milliseconds */
};

static void let_client_go(struct keeper *keeper)
{
	(void)close(keeper->client); /* all was said */
	keeper->client = -1;
}

/* Tells the waiting front door what it gets. */
static void answer_client(struct keeper *keeper)
{
	if (keeper->client < 0 || keeper->state == STARTING)
		return;
	held_begin(&keeper->held, &keeper->server.channel);
	const int is_ready = keeper->state == READY;
	keeper->flags |= is_ready && keeper->server.lister.go < 0 ? WIRE_LISTED : 0;
	if (meeting_say(keeper->client, is_ready ? WIRE_READY : WIRE_ELSEWHERE, keeper->flags,
		    is_ready ? &keeper->server.channel : NULL) ||
		!is_ready)
		let_client_go(keeper);
	/* The next one tries again. */
	if (keeper->state == SILENT)
		keeper->state = ENDED;
}

/* One front door at a time: the channel has one order. */
static void take_client(struct keeper *keeper)
{
	int connection = meeting_accept(keeper->listener, keeper->owner);
	if (connection < 0)
		return;
	if (keeper->client >= 0) {
		(void)close(connection); /* it goes another way */
		return;
	}
	keeper->client = connection;
	if (keeper->state != STARTING)
		keeper->idle = 0;
	answer_client(keeper);
}

/* Without a last word, a channel is left that no other can use. Both words may come at once. */
static void hear_client(struct keeper *keeper)
{
	char words[2];
	const ssize_t length = recv(keeper->client, words, sizeof(words), MSG_DONTWAIT);
	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (length > 0 && words[0] == FRONT_PACKAGE)
		lister_begin(&keeper->server.lister);
	if (length > 0 && words[length - 1] == FRONT_PACKAGE)
		return;
	const int is_in_order = length > 0 && words[length - 1] == FRONT_IN_ORDER;
	let_client_go(keeper);
	/* Before the channel was passed on, nothing can be out of order. */
	if (!is_in_order && keeper->state == READY)
		keeper->state = ENDED;
}

/* The state after its first word; without one, nothing is known about the next one. */
static enum keeper_state state_after(const struct wire_header *header, int is_whole)
{
	if (!is_whole)
		return SILENT;
	return header->kind == WIRE_READY       ? READY
	       : header->kind == WIRE_ELSEWHERE ? REFUSED
						: ENDED;
}

/* Reads the one word before the first request: its layers are in force, or they cannot be. */
static void hear_server(struct keeper *keeper)
{
	struct wire_header header = {0};
	ssize_t length = read(keeper->server.channel.answers, &header, sizeof(header));
	if (length < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	keeper->state = state_after(&header, length == (ssize_t)sizeof(header));
	keeper->flags = keeper->state == SILENT ? WIRE_SILENT : header.value;
	if (keeper->state == REFUSED || keeper->state == SILENT)
		server_end(&keeper->server);
	answer_client(keeper);
}

static int is_client_held(struct keeper *keeper)
{
	return keeper->client >= 0 && keeper->state == READY &&
	       held_look(&keeper->held, &keeper->server.channel, meeting_peer(keeper->client));
}

static void look(struct keeper *keeper)
{
	keeper->looked = clock_now();
	const int limit = keeper->state == STARTING ? MAX_START : MAX_IDLE;
	keeper->idle = keeper->client >= 0 && keeper->state == READY ? 0 : keeper->idle + 1;
	/* A keeper that refuses costs nothing, and saves the next front door the attempt. */
	const int is_over = keeper->idle > limit && keeper->state != REFUSED;
	if (is_over || is_client_held(keeper) || !meeting_is_named(keeper->meeting))
		keeper->state = ENDED;
}

static void hear_changes(struct keeper *keeper)
{
	meeting_skip(keeper->changes);
	if (!meeting_is_named(keeper->meeting))
		keeper->state = ENDED;
}

static void wait_once(struct keeper *keeper)
{
	const int is_heard = keeper->state == STARTING;
	/* When it is ready, only the end of the other side is watched. */
	struct pollfd all[] = {
		{.fd = keeper->owner_end, .events = POLLIN},
		{.fd = keeper->signals, .events = POLLIN},
		{.fd = keeper->server.channel.answers, .events = is_heard ? POLLIN : 0},
		{.fd = keeper->client, .events = POLLIN},
		{.fd = keeper->listener, .events = POLLIN},
		{.fd = keeper->changes, .events = POLLIN},
	};
	const int count = poll(all, sizeof(all) / sizeof(all[0]), clock_left(keeper->looked, LOOK));
	if (count < 0 && errno != EINTR)
		keeper->state = ENDED;
	/* By the clock: other events do not delay it. */
	if (!clock_left(keeper->looked, LOOK))
		look(keeper);
	if (count <= 0)
		return;
	if (all[0].revents || all[1].revents || (all[2].revents && !is_heard)) {
		keeper->state = ENDED;
		return;
	}
	if (all[3].revents)
		hear_client(keeper);
	if (all[2].revents && keeper->state == STARTING)
		hear_server(keeper);
	if (all[5].revents)
		hear_changes(keeper);
	if (all[4].revents && keeper->state != ENDED)
		take_client(keeper);
}

/* Closes the directory before it waits: its file system may be unmounted once pacman has ended. */
static void leave(struct keeper *keeper)
{
	meeting_leave(keeper->meeting);
	(void)close(keeper->meeting->folder); /* was read only */
	(void)close(keeper->listener);        /* who connects now downloads alone */
	/* A connection holds the directory of the name by which it was made. */
	if (keeper->client >= 0)
		let_client_go(keeper);
	server_end(&keeper->server);
}

static int keep(struct keeper *keeper, const struct call *call, int told)
{
	/* The program that removes pacman's working directory may need it. */
	if (chdir("/"))
		return 1;
	keeper->signals = alone_signals();
	keeper->owner_end = owner_watch(keeper->owner);
	if (keeper->signals < 0 || keeper->owner_end < 0 ||
		server_start(&keeper->server, keeper->owner, call))
		return 1;
	keeper->listener = meeting_listen(keeper->meeting);
	if (keeper->listener < 0) {
		server_end(&keeper->server);
		return 1;
	}
	keeper->changes = meeting_watch(keeper->meeting);
	const int is_told = write(told, &is_listening, 1) == 1;
	(void)close(told); /* it has one byte, or nobody waits */
	keeper->state = is_told ? STARTING : ENDED;
	keeper->looked = clock_now();
	while (keeper->state != ENDED)
		wait_once(keeper);
	leave(keeper);
	return 0;
}

int keeper_start(const struct meeting *meeting, const struct owner *owner, const struct call *call)
{
	int told[2];
	char word = 0;
	if (pipe2(told, O_CLOEXEC))
		return -1;
	const pid_t pid = fork();
	if (pid == 0) {
		struct meeting own = *meeting;
		struct keeper keeper = {
			.meeting = &own, .owner = owner, .state = STARTING, .client = -1};
		int kept[] = {own.folder, told[1]};
		if (alone(kept, 2))
			_exit(1);
		own.folder = kept[0];
		_exit(keep(&keeper, call, kept[1]));
	}
	(void)close(told[1]); /* was never used here */
	const ssize_t length = pid < 0 ? -1 : read(told[0], &word, 1);
	(void)close(told[0]); /* was read only */
	return length == 1 && word == is_listening ? 0 : -1;
}

/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "front.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bar.h"
#include "call.h"
#include "download.h"
#include "interrupt.h"
#include "keeper.h"
#include "meeting.h"
#include "named.h"
#include "owner.h"
#include "place.h"
#include "said.h"
#include "wire.h"

/* pacman does not show signatures. */
static int has_bar(const struct call *call)
{
	return said_is_terminal() && !call->is_signature && !call->has_no_bar;
}

static int is_absent(int folder, const char *name)
{
	struct named named;
	return named_look(folder, name, &named) && errno == ENOENT;
}

/* Neither the package nor its signature is in the parent directory. */
static int is_uncached(int folder, const struct call *call)
{
	char name[sizeof(call->name) + 3];
	(void)snprintf(name, sizeof(name), "../%s", call->name); /* always fits */
	if (!is_absent(folder, name))
		return 0;
	if (call->is_signature)
		name[strlen(name) - strlen(".sig")] = '\0';
	return is_absent(folder, name);
}

/* An existing file is left to the program that can resume it, or take it. */
static int is_new(int folder, const struct call *call)
{
	return is_absent(folder, call->part) && (!call->is_xfer || is_absent(folder, call->name)) &&
	       (!call->takes_from_cache || is_uncached(folder, call));
}

/* If the keeper gets no word, it continues without it, or another one is started. */
static void tell(int connection, char word)
{
	(void)send(connection, &word, 1, MSG_NOSIGNAL | MSG_DONTWAIT);
}

/* A connection to the keeper, which is started if there is none. -1 after an error. */
static int knock(const struct meeting *meeting, const struct owner *owner, const struct call *call)
{
	int connection = meeting_connect(meeting);
	if (connection >= 0 || (errno != ENOENT && errno != ECONNREFUSED))
		return connection;
	if (keeper_start(meeting, owner, call) || (connection = meeting_connect(meeting)) < 0)
		return -1;
	/* The list is made while the other process starts. */
	if (call->may_resume)
		tell(connection, FRONT_PACKAGE);
	return connection;
}

static int served(int folder, const struct owner *owner, const struct call *call)
{
	struct meeting meeting;
	uint64_t flags = 0;
	int status = -1;
	meeting_name(&meeting, folder, owner, call);
	int connection = knock(&meeting, owner, call);
	if (connection < 0)
		return -1;
	struct download download = {
		.call = call, .owner = owner, .folder = folder, .has_bar = has_bar(call)};
	const int is_heard = !meeting_hear(connection, &flags, &download.channel);
	if (!is_heard && flags == WIRE_SILENT)
		status = FRONT_SILENT;
	download.is_patient = (flags & WIRE_PATIENT) != 0;
	if (is_heard && call->may_resume && !(flags & WIRE_LISTED))
		tell(connection, FRONT_PACKAGE);
	if (is_heard && !interrupt_take()) {
		status = download_run(&download);
		if (interrupt_give_back() && status < 0)
			status = 1; /* what would be started could not be stopped */
	}
	if (is_heard)
		channel_close(&download.channel);
	if (download.is_in_order)
		tell(connection, FRONT_IN_ORDER);
	(void)close(connection); /* all was said */
	return status;
}

int front_door(int argc, char **argv)
{
	static struct call call;
	struct owner owner;
	/* A preloaded library, as by fakeroot(1), answers in place of the kernel; here it would not be
	 * asked. */
	if (call_read(argc, argv, &call) || getenv("LD_PRELOAD"))
		return -1;
	/* If a bar cannot be drawn properly, Node prints lines. */
	if (has_bar(&call) && !bar_is_possible())
		return -1;
	if (owner_find(&owner))
		return -1;
	int folder = place_open(call.file);
	if (folder < 0)
		return -1;
	int status = -1;
	/* FILE and the channel are open here: no other process of this user may take them. Exec undoes it. */
	if (is_new(folder, &call) && !prctl(PR_SET_DUMPABLE, 0, 0, 0, 0))
		status = served(folder, &owner, &call);
	(void)close(folder); /* was read only */
	return status;
}

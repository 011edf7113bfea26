/* SPDX-License-Identifier: MIT */
/* The socket by which the front doors of one pacman find the keeper, in the directory of FILE. */
#ifndef FRONT_MEETING_H
#define FRONT_MEETING_H

#include <stdint.h>
#include <sys/types.h>

#include "call.h"
#include "channel.h"
#include "owner.h"

struct meeting {
	int folder;    /* open */
	char name[80]; /* of 72 at the most */
	dev_t device;  /* of the socket that listens */
	ino_t inode;
};

/* Names it: one pacman, one scheme, one port. */
void meeting_name(
	struct meeting *meeting, int folder, const struct owner *owner, const struct call *call);

/* Listens, for this user only, and replaces any file of that name. Returns a descriptor, or -1 with
 * errno. */
int meeting_listen(struct meeting *meeting);

/* Whether the name still leads to the listener. */
int meeting_is_named(const struct meeting *meeting);

/* Readable after a name of the directory was removed or replaced (inotify(7)). Returns a descriptor
 * that does not block and holds no directory; -1 without one, and then only polling is left. */
int meeting_watch(const struct meeting *meeting);

/* Discards the changes: the existence of the name is what counts. */
void meeting_skip(int changes);

/* Removes the name if it still belongs to this socket; nothing depends on it any more. */
void meeting_leave(const struct meeting *meeting);

/* Connects to the listener, if that is this user. Returns a descriptor that does not block, or -1. */
int meeting_connect(const struct meeting *meeting);

/* Accepts a connection of this user from a child of the owner. Returns a descriptor that does not
 * block, or -1. */
int meeting_accept(int listener, const struct owner *owner);

/* The process of the other side, by the kernel: the caller of listen(2) or connect(2). 0 if it is
 * not this user's. */
pid_t meeting_peer(int connection);

/* Sends one word, with a channel unless that is NULL. Returns 0, or -1 with errno. */
int meeting_say(int connection, uint32_t kind, uint64_t value, const struct channel *channel);

/* Waits for WIRE_READY and a channel, for as long as a start may take. Returns 0; -1 without a
 * channel. */
int meeting_hear(int connection, uint64_t *value, struct channel *channel);

#endif

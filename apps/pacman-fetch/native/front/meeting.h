/* SPDX-License-Identifier: MIT */
/* The socket by which the front doors of one pacman find the keeper, in the folder of FILE. */
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

/* Listens, for this user alone, in the place of whatever has the name. A descriptor; -1 with errno. */
int meeting_listen(struct meeting *meeting);

/* Whether the name still leads to who listens. */
int meeting_is_named(const struct meeting *meeting);

/*
 * Can be read once a name of the folder was removed, or got another file (inotify(7)). A descriptor that doesn't block, and holds no
 * folder; -1 where there is none, and looking is all that is left.
 */
int meeting_watch(const struct meeting *meeting);

/* Forgets what has changed: whether the name is there says all. */
void meeting_skip(int changes);

/* Takes the name away if it is still that one's; nothing depends on it any more. */
void meeting_leave(const struct meeting *meeting);

/* Connects with who listens, if that is this user. A descriptor that doesn't block; -1. */
int meeting_connect(const struct meeting *meeting);

/* Takes in who knocks, if that is this user and a child of the owner. A descriptor that doesn't block; -1. */
int meeting_accept(int listener, const struct owner *owner);

/* Whom the kernel names as the other side: whoever called listen(2), or connect(2). 0 for nobody of this user. */
pid_t meeting_peer(int connection);

/* Sends one word, and a channel with it unless that is NULL. 0; -1 with errno. */
int meeting_say(int connection, uint32_t kind, uint64_t value, const struct channel *channel);

/* Waits for WIRE_READY and a channel, for as long as a start may take. 0; -1 where there is none. */
int meeting_hear(int connection, uint64_t *value, struct channel *channel);

#endif

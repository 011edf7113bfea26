/* SPDX-License-Identifier: MIT */
/* The process that downloads, as seen by its keeper. */
#ifndef FRONT_SERVER_H
#define FRONT_SERVER_H

#include <sys/types.h>

#include "call.h"
#include "channel.h"
#include "lister.h"
#include "owner.h"

struct server {
	pid_t pid; /* 0 where there is none */
	struct channel channel;
	struct lister lister; /* what it reads comes from there; there may be none */
};

/* Starts it for the first call, which determines its user, and the port to which it may connect.
 * Returns 0 or -1. */
int server_start(struct server *server, const struct owner *owner, const struct call *call);

/* Ends it in any state. Only then are its channel closed, which it could block while it lives, and
 * its lister ended. */
void server_end(struct server *server);

#endif

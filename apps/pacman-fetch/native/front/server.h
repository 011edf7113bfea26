/* SPDX-License-Identifier: MIT */
/* The process that downloads, as its keeper has it. */
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

/* Starts it for what is called for: its user, and the port it may connect to, follow from that. 0; -1. */
int server_start(struct server *server, const struct owner *owner, const struct call *call);

/*
 * Ends it, whatever it is about. Only then is its channel closed, which it could hold up while it lives, and its lister ended.
 */
void server_end(struct server *server);

#endif

/* The process that downloads, as its keeper has it. */
#ifndef FRONT_SERVER_H
#define FRONT_SERVER_H

#include <sys/types.h>

#include "call.h"

struct server {
	pid_t pid;   /* 0 where there is none */
	int channel; /* our end of the way to it; -1 */
};

/* Starts it for what is called for: its user, and the port it may connect to, follow from that. 0; -1. */
int server_start(struct server *server, const struct call *call);

/* Ends it, whatever it is about. */
void server_end(struct server *server);

#endif

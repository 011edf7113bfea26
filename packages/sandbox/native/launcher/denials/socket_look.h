/* SPDX-License-Identifier: MIT */
/* A look at a socket of a caller. */
#ifndef SB_SOCKET_LOOK_H
#define SB_SOCKET_LOOK_H

#include "caller.h"

struct sb_socket {
	int family, type, protocol;
	int is_unused;    /* neither connected nor listening */
	int room;         /* SO_SNDBUF */
	uint64_t network; /* as sb_network_of() numbers them; 0: unknown */
};

/* Looks at a descriptor of the caller's process. 0 if that can't be done. A child of this process looks, since closing a copy may
 * take for ever: the last one of a connection waits until the peer has read (SO_LINGER of socket(7)), unless its process ends. */
int sb_look_at_socket(const struct sb_caller *caller, int descriptor, struct sb_socket *socket);

#endif

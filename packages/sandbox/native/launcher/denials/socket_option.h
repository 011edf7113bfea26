/* SPDX-License-Identifier: MIT */
/* What the kernel says of a socket that this process holds (socket(7)). */
#ifndef SB_SOCKET_OPTION_H
#define SB_SOCKET_OPTION_H

#include "sb_syscall.h"

#include <asm/socket.h>
#include <stdint.h>

#ifndef SO_NETNS_COOKIE
#define SO_NETNS_COOKIE 71
#endif

/* A number of level SOL_SOCKET; -1 after an error. */
static inline int sb_socket_option(long socket, int option)
{
	int value = -1;
	unsigned int length = sizeof value;
	long error = sb_syscall6(
		__NR_getsockopt, socket, SOL_SOCKET, option, (long)&value, (long)&length, 0);
	return error ? -1 : value;
}

/* A number of the network namespace of a socket (Linux 5.14); 0: unknown. */
static inline uint64_t sb_network_of(long socket)
{
	uint64_t number = 0;
	unsigned int length = sizeof number;
	long error = sb_syscall6(__NR_getsockopt, socket, SOL_SOCKET, SO_NETNS_COOKIE,
		(long)&number, (long)&length, 0);
	return error || length != sizeof number ? 0 : number;
}

#endif

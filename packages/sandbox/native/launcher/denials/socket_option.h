/* SPDX-License-Identifier: MIT */
/* What the kernel says of a socket that this process holds (socket(7)). */
#ifndef SB_SOCKET_OPTION_H
#define SB_SOCKET_OPTION_H

#include "sb_syscall.h"

#include <asm/socket.h>

/* A number of level SOL_SOCKET; -1 after an error. */
static inline int sb_socket_option(long socket, int option)
{
	int value = -1;
	unsigned int length = sizeof value;
	long error = sb_syscall6(
		__NR_getsockopt, socket, SOL_SOCKET, option, (long)&value, (long)&length, 0);
	return error ? -1 : value;
}

#endif

/* SPDX-License-Identifier: MIT */
#include "judge_port.h"
#include "socket_look.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/socket.h>
#include <linux/in.h>
#include <linux/in6.h>
#include <linux/socket.h>

#include "../../../../landlock/native/landlock_abi.h"
#include "../../../../landlock/native/landlock_sys.h"

#define AF_INET 2
#define AF_INET6 10
#define SOCK_STREAM 1
/* Without the scope, which older programs do not pass (RFC 2133). */
#define SHORTEST_IN6 24
#define LONGEST 128 /* struct sockaddr_storage; the kernel refuses more */

/* Whether it is a TCP socket of that family. The kernel refuses an address of another family for another reason. */
static int is_tcp(const struct sb_caller *caller, int descriptor, int family)
{
	struct sb_socket socket;
	return sb_look_at_socket(caller, descriptor, &socket) && socket.family == family &&
	       socket.type == SOCK_STREAM && socket.protocol == IPPROTO_TCP;
}

int sb_judge_port(const struct sb_shared *shared, const struct sb_request *request,
	struct sb_caller *caller, struct sb_denial *denial)
{
	struct sockaddr_in address; /* of both families, the port is at the same place */
	if (!(shared->handled_net & request->right) || request->flags < sizeof address ||
		request->flags > LONGEST ||
		!sb_caller_read(caller, request->from.path, &address, sizeof address))
		return 0;
	if (address.sin_family != AF_INET &&
		(address.sin_family != AF_INET6 || request->flags < SHORTEST_IN6))
		return 0;
	const uint16_t port = __builtin_bswap16(address.sin_port);
	if (shared->ports[port] & request->right ||
		!is_tcp(caller, request->from.folder, address.sin_family))
		return 0;
	denial->error = EACCES;
	denial->right = request->right << SB_PORT_RIGHTS;
	denial->path[sb_format_number(denial->path, port)] = 0;
	denial->other[0] = 0;
	return 1;
}

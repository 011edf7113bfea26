/* SPDX-License-Identifier: MIT */
/* Attempts on the network and on sockets. Addresses are 127.0.0.1. */
#define _GNU_SOURCE
#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <linux/unix_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MPTCP_PROTOCOL 262

static struct sockaddr_in local(const char *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	address.sin_port = htons((uint16_t)probe_number(port));
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

/* The outcome of a call on a socket, which is closed. */
static int finish(int descriptor, long returned)
{
	int outcome = returned < 0 ? -errno : 0;
	(void)close(descriptor); /* the outcome is known */
	return outcome;
}

static int connect_with(const char *port, int type, int protocol)
{
	struct sockaddr_in address = local(port);
	int descriptor = socket(AF_INET, type | SOCK_CLOEXEC, protocol);
	if (descriptor < 0)
		return -errno;
	return finish(descriptor, connect(descriptor, (struct sockaddr *)&address, sizeof address));
}

static int bind_with(const char *port, int type, int protocol)
{
	struct sockaddr_in address = local(port);
	int descriptor = socket(AF_INET, type | SOCK_CLOEXEC, protocol);
	if (descriptor < 0)
		return -errno;
	return finish(descriptor, bind(descriptor, (struct sockaddr *)&address, sizeof address));
}

static int op_connect_tcp(int argc, char **argv)
{
	return argc == 1 ? connect_with(argv[0], SOCK_STREAM, 0) : PROBE_USAGE;
}

static int op_connect_mptcp(int argc, char **argv)
{
	return argc == 1 ? connect_with(argv[0], SOCK_STREAM, MPTCP_PROTOCOL) : PROBE_USAGE;
}

static int op_connect_udp(int argc, char **argv)
{
	return argc == 1 ? connect_with(argv[0], SOCK_DGRAM, 0) : PROBE_USAGE;
}

static int op_bind_tcp(int argc, char **argv)
{
	return argc == 1 ? bind_with(argv[0], SOCK_STREAM, 0) : PROBE_USAGE;
}

static int op_bind_mptcp(int argc, char **argv)
{
	return argc == 1 ? bind_with(argv[0], SOCK_STREAM, MPTCP_PROTOCOL) : PROBE_USAGE;
}

/* Listens without a bind before: the kernel picks a free port (tcp(7)). */
static int op_listen_unbound(int argc, char **argv)
{
	(void)argv;
	if (argc != 0)
		return PROBE_USAGE;
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return -errno;
	return finish(descriptor, listen(descriptor, 1));
}

static int op_bind_udp(int argc, char **argv)
{
	return argc == 1 ? bind_with(argv[0], SOCK_DGRAM, 0) : PROBE_USAGE;
}

/* Connects by sending (tcp(7), MSG_FASTOPEN). */
static int op_fast_open(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	struct sockaddr_in address = local(argv[0]);
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return -errno;
	return finish(descriptor, sendto(descriptor, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL,
					  (struct sockaddr *)&address, sizeof address));
}

static int op_send_udp(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	struct sockaddr_in address = local(argv[0]);
	int descriptor = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return -errno;
	return finish(descriptor,
		sendto(descriptor, "x", 1, 0, (struct sockaddr *)&address, sizeof address));
}

static int connect_unix(const char *name, int abstract)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	size_t length = strlen(name), start = abstract ? 1 : 0;
	if (length + 1 > sizeof address.sun_path)
		return PROBE_USAGE;
	memcpy(address.sun_path + start, name, length);
	int descriptor = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return -errno;
	/* An abstract name is as long as the address says; a path ends with its NUL. */
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length + 1);
	return finish(descriptor, connect(descriptor, (struct sockaddr *)&address, size));
}

static int op_connect_abstract(int argc, char **argv)
{
	return argc == 1 ? connect_unix(argv[0], 1) : PROBE_USAGE;
}

static int op_connect_unix(int argc, char **argv)
{
	return argc == 1 ? connect_unix(argv[0], 0) : PROBE_USAGE;
}

/* Asks for a list of all unix sockets (sock_diag(7)): ENOENT from a kernel without the module. */
static int op_list_unix(int argc, char **argv)
{
	struct {
		struct nlmsghdr head;
		struct unix_diag_req request;
	} question = {.head = {.nlmsg_len = sizeof question,
			      .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			      .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
		.request = {.sdiag_family = AF_UNIX, .udiag_states = ~0u}};
	struct {
		struct nlmsghdr head;
		struct nlmsgerr error;
	} answer = {0};
	(void)argv;
	if (argc != 0)
		return PROBE_USAGE;
	int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
	if (descriptor < 0)
		return -errno;
	if (send(descriptor, &question, sizeof question, 0) != (ssize_t)sizeof question ||
		recv(descriptor, &answer, sizeof answer, 0) < (ssize_t)sizeof answer.head)
		return finish(descriptor, -1);
	(void)close(descriptor); /* the outcome is known */
	return answer.head.nlmsg_type == NLMSG_ERROR ? answer.error.error : 0;
}

const struct probe_operation probe_net_operations[] = {
	{"connect-tcp", "PORT", op_connect_tcp},
	{"connect-mptcp", "PORT", op_connect_mptcp},
	{"connect-udp", "PORT", op_connect_udp},
	{"bind-tcp", "PORT", op_bind_tcp},
	{"bind-mptcp", "PORT", op_bind_mptcp},
	{"listen-unbound", "", op_listen_unbound},
	{"bind-udp", "PORT", op_bind_udp},
	{"fast-open", "PORT", op_fast_open},
	{"send-udp", "PORT", op_send_udp},
	{"connect-abstract", "NAME", op_connect_abstract},
	{"connect-unix", "PATH", op_connect_unix},
	{"list-unix", "", op_list_unix},
	{0},
};

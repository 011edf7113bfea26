/* SPDX-License-Identifier: MIT */
/*
 * Attempts to reach a socket in other ways than connect(2) to 127.0.0.1: other addresses,
 * datagrams.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

/* The outcome of a call on a socket, which is closed. */
static int finish(int descriptor, long returned)
{
	int outcome = returned < 0 ? -errno : 0;
	(void)close(descriptor); /* the outcome is known */
	return outcome;
}

static int connect_to(const struct in6_addr *host, const char *port)
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6,
		.sin6_port = htons((uint16_t)probe_number(port)),
		.sin6_addr = *host};
	int descriptor = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return -errno;
	return finish(descriptor, connect(descriptor, (struct sockaddr *)&address, sizeof address));
}

static int op_connect_ipv6(int argc, char **argv)
{
	return argc == 1 ? connect_to(&in6addr_loopback, argv[0]) : PROBE_USAGE;
}

/* 127.0.0.1 as an IPv6 address. */
static int op_connect_mapped(int argc, char **argv)
{
	struct in6_addr mapped = {0};
	if (argc != 1 || inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped) != 1)
		return PROBE_USAGE;
	return connect_to(&mapped, argv[0]);
}

static int op_bind_ipv6(int argc, char **argv)
{
	struct sockaddr_in6 address = {.sin6_family = AF_INET6, .sin6_addr = in6addr_loopback};
	if (argc != 1)
		return PROBE_USAGE;
	address.sin6_port = htons((uint16_t)probe_number(argv[0]));
	int descriptor = socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return -errno;
	return finish(descriptor, bind(descriptor, (struct sockaddr *)&address, sizeof address));
}

/* A message to an abstract datagram socket, without a connection. */
static int op_send_abstract(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (argc != 1 || strlen(argv[0]) + 1 > sizeof address.sun_path)
		return PROBE_USAGE;
	memcpy(address.sun_path + 1, argv[0], strlen(argv[0]));
	int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return -errno;
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(argv[0]) + 1);
	return finish(descriptor,
		sendto(descriptor, "x", 1, MSG_NOSIGNAL, (struct sockaddr *)&address, size));
}

const struct probe_operation probe_address_operations[] = {
	{"connect-ipv6", "PORT", op_connect_ipv6},
	{"connect-mapped", "PORT", op_connect_mapped},
	{"bind-ipv6", "PORT", op_bind_ipv6},
	{"send-abstract", "NAME", op_send_abstract},
	{0},
};

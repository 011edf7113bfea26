/* SPDX-License-Identifier: MIT */
/*
 * Attempts of raw system calls, by number and with any arguments: for filters, which see exactly
 * these. A filter that kills ends the probe, which then reports nothing.
 */
#define _GNU_SOURCE
#include "by_number.h"
#include "probe.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGUMENTS_MAX 6

/* A whole register; a leading minus means the two's complement. */
static long word(const char *text)
{
	return text[0] == '-' ? (long)strtoll(text, NULL, 0) : (long)strtoull(text, NULL, 0);
}

static int op_syscall(int argc, char **argv)
{
	long arguments[ARGUMENTS_MAX] = {0};
	if (argc < 1 || argc > ARGUMENTS_MAX + 1)
		return PROBE_USAGE;
	for (int i = 1; i < argc; i++)
		arguments[i - 1] = word(argv[i]);
	long result = syscall(word(argv[0]), arguments[0], arguments[1], arguments[2], arguments[3],
		arguments[4], arguments[5]);
	return result == -1 ? -errno : 0;
}

#ifdef __x86_64__
/* A call of the 32-bit table from a 64-bit program, as an escape would make it. */
static int op_int80(int argc, char **argv)
{
	int arguments[3] = {0};
	if (argc < 1 || argc > 4)
		return PROBE_USAGE;
	for (int i = 1; i < argc; i++)
		arguments[i - 1] = (int)word(argv[i]);
	int result;
	/* clang-format off */ /* whose releases disagree about assembly */
	__asm__ volatile("int $0x80"
			 : "=a"(result)
			 : "a"((int)word(argv[0])), "b"(arguments[0]), "c"(arguments[1]), "d"(arguments[2])
			 : "memory", "r8", "r9", "r10", "r11");
	/* clang-format on */
	return result < 0 && result > -4096 ? result : 0;
}
#else
static int op_int80(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return -ENOSYS;
}
#endif

static int op_fork(int argc, char **argv)
{
	(void)argv;
	if (argc != 0)
		return PROBE_USAGE;
	pid_t child = by_number_fork();
	if (child < 0)
		return -errno;
	if (child == 0)
		_exit(0);
	return waitpid(child, NULL, 0) < 0 ? -errno : 0;
}

static void *nothing(void *unused)
{
	return unused;
}

static int op_thread(int argc, char **argv)
{
	pthread_t thread;
	(void)argv;
	if (argc != 0)
		return PROBE_USAGE;
	int error = pthread_create(&thread, NULL, nothing, NULL);
	return error ? -error : -pthread_join(thread, NULL);
}

static int op_socket(int argc, char **argv)
{
	if (argc != 3)
		return PROBE_USAGE;
	int made = socket(
		(int)probe_number(argv[0]), (int)probe_number(argv[1]), (int)probe_number(argv[2]));
	if (made < 0)
		return -errno;
	return close(made) ? -errno : 0;
}

static struct sockaddr_in loopback(const char *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET, .sin_port = htons((uint16_t)probe_number(port))};
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return address;
}

/* Ways to reach a TCP port of this machine, each with a byte, so that the server notices. */
static int connect_and_send(int made, const char *port)
{
	struct sockaddr_in address = loopback(port);
	int error = 0;
	if (made < 0)
		return -errno;
	if (connect(made, (struct sockaddr *)&address, sizeof address) ||
		send(made, "x", 1, MSG_NOSIGNAL) != 1)
		error = -errno;
	(void)close(made); /* the outcome is the attempt's */
	return error;
}

static int op_send_tcp(int argc, char **argv)
{
	return argc == 1 ? connect_and_send(socket(AF_INET, SOCK_STREAM, 0), argv[0]) : PROBE_USAGE;
}

static int op_send_mptcp(int argc, char **argv)
{
	const int mptcp = 262; /* IPPROTO_MPTCP */
	if (argc != 1)
		return PROBE_USAGE;
	return connect_and_send(socket(AF_INET, SOCK_STREAM, mptcp), argv[0]);
}

static int op_connect_fastopen(int argc, char **argv)
{
	const int on = 1;
	if (argc != 1)
		return PROBE_USAGE;
	int made = socket(AF_INET, SOCK_STREAM, 0);
	if (made >= 0 && setsockopt(made, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof on)) {
		int error = -errno;
		(void)close(made); /* nothing was sent */
		return error;
	}
	return connect_and_send(made, argv[0]);
}

static int op_sendto_fastopen(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	struct sockaddr_in address = loopback(argv[0]);
	int made = socket(AF_INET, SOCK_STREAM, 0);
	int error = 0;
	if (made < 0)
		return -errno;
	if (sendto(made, "x", 1, MSG_FASTOPEN | MSG_NOSIGNAL, (struct sockaddr *)&address,
		    sizeof address) != 1)
		error = -errno;
	(void)close(made); /* the outcome is the attempt's */
	return error;
}

/* What sendmsg(2) and sendmmsg(2) share; `send` returns 1 if the byte was accepted. */
static int message_fastopen(char *port, int (*send)(int made, struct mmsghdr *message, int flags))
{
	struct sockaddr_in address = loopback(port);
	struct iovec byte = {.iov_base = (char[]){'x'}, .iov_len = 1};
	struct mmsghdr message = {.msg_hdr = {.msg_name = &address,
					  .msg_namelen = sizeof address,
					  .msg_iov = &byte,
					  .msg_iovlen = 1}};
	int made = socket(AF_INET, SOCK_STREAM, 0);
	int error = 0;
	if (made < 0)
		return -errno;
	if (send(made, &message, MSG_FASTOPEN | MSG_NOSIGNAL) != 1)
		error = -errno;
	(void)close(made); /* the outcome is the attempt's */
	return error;
}

static int send_one(int made, struct mmsghdr *message, int flags)
{
	return (int)sendmsg(made, &message->msg_hdr, flags);
}

static int send_many(int made, struct mmsghdr *message, int flags)
{
	/* By number: musl's function calls sendmsg(2) instead. */
	return (int)syscall(__NR_sendmmsg, made, message, 1, flags);
}

static int op_sendmsg_fastopen(int argc, char **argv)
{
	return argc == 1 ? message_fastopen(argv[0], send_one) : PROBE_USAGE;
}

static int op_sendmmsg_fastopen(int argc, char **argv)
{
	return argc == 1 ? message_fastopen(argv[0], send_many) : PROBE_USAGE;
}

const struct probe_operation probe_syscall_operations[] = {
	{"syscall", "NUMBER [ARGUMENT ...]", op_syscall},
	{"int80", "NUMBER [ARGUMENT...]", op_int80},
	{"fork", "", op_fork},
	{"thread", "", op_thread},
	{"socket", "FAMILY TYPE PROTOCOL", op_socket},
	{"send-tcp", "PORT", op_send_tcp},
	{"send-mptcp", "PORT", op_send_mptcp},
	{"connect-fastopen", "PORT", op_connect_fastopen},
	{"sendto-fastopen", "PORT", op_sendto_fastopen},
	{"sendmsg-fastopen", "PORT", op_sendmsg_fastopen},
	{"sendmmsg-fastopen", "PORT", op_sendmmsg_fastopen},
	{0},
};

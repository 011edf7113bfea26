/* SPDX-License-Identifier: MIT */
/* Attempts on what processes of one user share by a path: sockets, leases, FIFOs, terminals. */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* The outcome of the last call, with a descriptor closed after it. */
static int finish(int descriptor, long returned)
{
	int outcome = probe_result(returned);
	(void)close(descriptor); /* the outcome is known */
	return outcome;
}

/* Sends a datagram to a path from a descriptor of any kind. */
static int send_to(int descriptor, const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (strlen(path) + 1 > sizeof address.sun_path)
		return PROBE_USAGE;
	memcpy(address.sun_path, path, strlen(path));
	return finish(descriptor, sendto(descriptor, "x", 1, MSG_NOSIGNAL,
					  (struct sockaddr *)&address, sizeof address));
}

static int op_send_unix(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return descriptor < 0 ? -errno : send_to(descriptor, argv[0]);
}

/* One end of a pair, which is connected to the other, but sends to a path. */
static int op_send_unix_by_pair(int argc, char **argv)
{
	int ends[2];
	if (argc != 2)
		return PROBE_USAGE;
	if (socketpair(AF_UNIX, (int)probe_number(argv[1]) | SOCK_CLOEXEC, 0, ends))
		return -errno;
	(void)close(ends[1]); /* never used */
	return send_to(ends[0], argv[0]);
}

/* Receives datagrams from all senders at a path, reports that, and continues. */
static int op_receive_unix(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char byte;
	if (argc != 1 || strlen(argv[0]) + 1 > sizeof address.sun_path)
		return PROBE_USAGE;
	memcpy(address.sun_path, argv[0], strlen(argv[0]));
	int receiver = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (receiver < 0 || bind(receiver, (struct sockaddr *)&address, sizeof address) ||
		chmod(argv[0], 0777))
		return -errno;
	puts("receive-unix 0 OK");
	fflush(stdout);
	while (read(receiver, &byte, 1) >= 0)
		continue;
	return -errno;
}

/* A pair that carries a byte from one end to the other. */
static int op_unix_pair(int argc, char **argv)
{
	int ends[2];
	char byte;
	if (argc != 1)
		return PROBE_USAGE;
	if (socketpair(AF_UNIX, (int)probe_number(argv[0]) | SOCK_CLOEXEC, 0, ends))
		return -errno;
	int sent = finish(ends[0], write(ends[0], "x", 1));
	int received = finish(ends[1], read(ends[1], &byte, 1));
	return sent != 0 ? sent : received;
}

/* A request of fcntl(2) on a file or directory that is open for reading. */
static int op_request(int argc, char **argv)
{
	if (argc != 3)
		return PROBE_USAGE;
	int file = open(argv[0], O_RDONLY | O_CLOEXEC);
	if (file < 0)
		return -errno;
	return finish(file, fcntl(file, (int)probe_number(argv[1]), (long)probe_number(argv[2])));
}

/* Reads the content of a FIFO. */
static int op_empty_fifo(int argc, char **argv)
{
	char bytes[64];
	if (argc != 1)
		return PROBE_USAGE;
	int fifo = open(argv[0], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	return fifo < 0 ? -errno : finish(fifo, read(fifo, bytes, sizeof bytes));
}

/* Creates a terminal that belongs to no session, prints its name, and waits. */
static int op_hold_terminal(int argc, char **argv)
{
	(void)argv;
	if (argc != 0)
		return PROBE_USAGE;
	int main_side = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (main_side < 0 || grantpt(main_side) || unlockpt(main_side))
		return -errno;
	char *name = ptsname(main_side);
	if (name == NULL)
		return -errno;
	/* Held open, so that typed characters stay readable. */
	int other_side = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (other_side < 0 || write(main_side, "secret\n", 7) != 7)
		return -errno;
	puts(name);
	fflush(stdout);
	for (;;)
		pause();
	return 0;
}

/* Reads typed characters from a terminal. */
static int op_read_terminal(int argc, char **argv)
{
	char bytes[64];
	if (argc != 1)
		return PROBE_USAGE;
	int terminal = open(argv[0], O_RDONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	return terminal < 0 ? -errno : finish(terminal, read(terminal, bytes, sizeof bytes));
}

/* The number of the controlling terminal, the seventh word in proc(5); 0 without one. */
static int controlling_terminal(void)
{
	int number = 0;
	FILE *file = fopen("/proc/self/stat", "re");
	if (file == NULL)
		return -errno;
	int found = fscanf(file, "%*d (%*[^)]) %*c %*d %*d %*d %d", &number);
	(void)fclose(file); /* only read from */
	return found == 1 ? number : -EPROTO;
}

/* A leader of a session without a terminal gets the first that it opens, for reading too (credentials(7)). */
static int op_gain_terminal(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	if (setsid() < 0 && getsid(0) != getpid())
		return -errno;
	int terminal = open(argv[0], O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (terminal < 0)
		return -errno;
	int number = controlling_terminal();
	(void)close(terminal); /* it stays the session's */
	return number > 0 ? 0 : number < 0 ? number : -ENXIO;
}

const struct probe_operation probe_shared_operations[] = {
	{"send-unix", "PATH", op_send_unix},
	{"send-unix-by-pair", "PATH TYPE", op_send_unix_by_pair},
	{"receive-unix", "PATH", op_receive_unix},
	{"unix-pair", "TYPE", op_unix_pair},
	{"request", "PATH NUMBER ARGUMENT", op_request},
	{"empty-fifo", "PATH", op_empty_fifo},
	{"hold-terminal", "", op_hold_terminal},
	{"read-terminal", "PATH", op_read_terminal},
	{"gain-terminal", "PATH", op_gain_terminal},
	{0},
};

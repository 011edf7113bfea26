/* SPDX-License-Identifier: MIT */
/*
 * Runs a program as a user and prints what Landlock denials the kernel's audit log had
 * meanwhile. Needs CAP_AUDIT_CONTROL, _READ and _WRITE; switches auditing on for that long
 * (auditctl -e 1 -b 0) and then back to what it was, also if it is killed: auditing makes each call
 * of each later process slower. One such program at a time.
 * Arguments: text that a record must contain to be printed, uid, program, its arguments.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* AUDIT_LANDLOCK_ACCESS and AUDIT_LANDLOCK_DOMAIN, Linux 6.15: a denial, and the domain that it is the first denial of. */
#define LANDLOCK_ACCESS 1423
#define LANDLOCK_DOMAIN 1424
#define WAIT_MILLISECONDS 5000

struct message {
	struct nlmsghdr head;
	char text[9000];
};

static pid_t guard;   /* restores the status once no process has the other end of its socket */
static int held = -1; /* that end */

static void die(const char *what)
{
	perror(what);
	exit(70);
}

static int audit_socket(unsigned int groups)
{
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = groups};
	int size = 8 << 20;
	int descriptor = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT);
	if (descriptor < 0 ||
		setsockopt(descriptor, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof size) ||
		bind(descriptor, (const struct sockaddr *)&address, sizeof address))
		die("audit socket");
	return descriptor;
}

/* Asks for the status, or sets what its mask says. */
static struct audit_status control(unsigned short type, struct audit_status status)
{
	struct message message;
	int descriptor = audit_socket(0);
	memset(&message, 0, sizeof message);
	message.head = (struct nlmsghdr){.nlmsg_len = NLMSG_LENGTH(sizeof status),
		.nlmsg_type = type,
		.nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK};
	memcpy(NLMSG_DATA(&message.head), &status, sizeof status);
	if (send(descriptor, &message, message.head.nlmsg_len, 0) < 0)
		die("audit request");
	for (int acknowledged = 0; !acknowledged || type == AUDIT_GET;) {
		struct nlmsgerr *answer = NLMSG_DATA(&message.head);
		if (recv(descriptor, &message, sizeof message, 0) < 0)
			die("audit answer");
		if (message.head.nlmsg_type == NLMSG_ERROR) {
			errno = -answer->error;
			if (errno)
				die("audit refuses");
			acknowledged = 1;
		} else if (message.head.nlmsg_type == AUDIT_GET) {
			memcpy(&status, answer, sizeof status);
			break;
		}
	}
	if (close(descriptor))
		die("close");
	return status;
}

/* Never returns. It has neither the pipes nor the signals of the program. */
static void restore_after(int ended, struct audit_status before)
{
	char byte;
	sigset_t all;
	int silent = open("/dev/null", O_RDWR | O_CLOEXEC);
	if (setsid() < 0 || sigfillset(&all) || sigprocmask(SIG_BLOCK, &all, NULL) || silent < 0)
		_exit(70);
	for (int stream = 0; stream < 3; stream++)
		if (dup2(silent, stream) < 0)
			_exit(70);
	if (write(ended, "r", 1) != 1)
		_exit(70);
	if (read(ended, &byte, 1) < 0)
		errno = 0; /* restored in any case */
	(void)control(AUDIT_SET, before);
	_exit(0);
}

static void restore(void)
{
	int status = 0;
	if (close(held) || waitpid(guard, &status, 0) != guard || status) {
		fputs("the audit status is not restored\n", stderr);
		_exit(70);
	}
}

static void restore_at_end(struct audit_status before)
{
	int ends[2];
	char ready;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) || fflush(NULL))
		die("socketpair");
	guard = fork();
	if (guard == 0) {
		if (close(ends[1]))
			_exit(70);
		restore_after(ends[0], before);
	}
	held = ends[1];
	if (guard < 0 || close(ends[0]) || read(held, &ready, 1) != 1 || atexit(restore))
		die("guard");
}

/* Writes a record into the log, behind all that the child caused; others may go on to cause some. */
static void mark(const char *text)
{
	struct message message;
	int descriptor = audit_socket(0);
	memset(&message, 0, sizeof message);
	message.head = (struct nlmsghdr){.nlmsg_len = NLMSG_LENGTH((unsigned int)strlen(text) + 1),
		.nlmsg_type = AUDIT_USER,
		.nlmsg_flags = NLM_F_REQUEST};
	strcpy(NLMSG_DATA(&message.head), text);
	if (send(descriptor, &message, message.head.nlmsg_len, 0) < 0 || close(descriptor))
		die("audit mark");
}

/* Prints the records that hold the text, up to the mark that follows the child's end. */
static void collect(int log, pid_t child, const char *needle)
{
	struct message message;
	struct pollfd event = {log, POLLIN, 0};
	char last[64] = "";
	int status = 0;
	for (;;) {
		const int is_marked = last[0] != 0;
		int ready = poll(&event, 1, is_marked ? WAIT_MILLISECONDS : 10);
		if (!is_marked && waitpid(child, &status, WNOHANG) == child) {
			(void)snprintf(last, sizeof last, "sb-audit-test end %d", getpid());
			mark(last);
		}
		if (ready == 0 && is_marked)
			die("audit mark was not seen");
		if (ready <= 0)
			continue;
		ssize_t length = recv(log, &message, sizeof message - 1, 0);
		if (length < 0)
			die("audit log");
		((char *)&message)[length] = 0;
		if ((message.head.nlmsg_type == LANDLOCK_ACCESS ||
			    message.head.nlmsg_type == LANDLOCK_DOMAIN) &&
			strstr(message.text, needle))
			printf("%s\n", message.text);
		if (is_marked && message.head.nlmsg_type == AUDIT_USER &&
			strstr(message.text, last))
			break;
	}
	if (status) {
		fprintf(stderr, "the program ended with %d\n", status);
		exit(71);
	}
}

/* The child's part; it restores nothing. */
static void run(unsigned int id, char **program)
{
	int silent = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (silent >= 0 && dup2(silent, STDOUT_FILENO) >= 0 && setgroups(0, NULL) == 0 &&
		setresgid(id, id, id) == 0 && setresuid(id, id, id) == 0)
		(void)execv(program[0], program);
	perror(program[0]);
	_exit(72);
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	int lock = open("/run/sb-audit-test", O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (lock < 0 || flock(lock, LOCK_EX))
		die("lock");
	/* No limit on what waits to be sent: each thread's proofs are denials as well. */
	const struct audit_status loud = {
		.mask = AUDIT_STATUS_ENABLED | AUDIT_STATUS_BACKLOG_LIMIT, .enabled = 1};
	struct audit_status before = control(AUDIT_GET, loud);
	before.mask = loud.mask;
	int log = audit_socket(1u << (AUDIT_NLGRP_READLOG - 1));
	restore_at_end(before);
	(void)control(AUDIT_SET, loud);
	pid_t child = fork();
	if (child == 0)
		run((unsigned int)atoi(argv[2]), argv + 3);
	if (child > 0)
		collect(log, child, argv[1]);
	return child > 0 ? 0 : 72;
}

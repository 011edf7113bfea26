/* SPDX-License-Identifier: MIT */
#include "prove.h"
#include "report.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <linux/fcntl.h>
#include <linux/in.h>
#include <linux/net.h>
#include <linux/socket.h>

#define AF_INET 2
#define SOCK_STREAM 1

/* One attempt and the kernel's answer. */
struct proof {
	const char *name;
	const char *syscall;
	long result;
};

/* A port without a listener refuses an allowed connection, and a port of another process refuses a
 * bind. Landlock is asked before either (net/socket.c). */
static int was_let_happen(long result)
{
	return result >= 0 || result == -ECONNREFUSED || result == -EINPROGRESS ||
	       result == -EADDRINUSE;
}

static int answer(int status, struct proof proof, int is_due, struct sb_failure *failure)
{
	sb_report_proof(status, proof.name, proof.result < 0 ? (unsigned int)-proof.result : 0);
	if (is_due && was_let_happen(proof.result))
		return sb_fail(failure, "prove", proof.syscall, EPERM);
	return 0;
}

static void close_quietly(long descriptor)
{
	if (descriptor >= 0)
		(void)sb_syscall3(__NR_close, descriptor, 0, 0); /* nothing was written to it */
}

/* Connects to or binds a port that no rule names, on 127.0.0.1. */
static long use_port(long number, uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	address.sin_port = __builtin_bswap16(port);
	address.sin_addr.s_addr = __builtin_bswap32(INADDR_LOOPBACK);
	long descriptor =
		sb_syscall3(__NR_socket, AF_INET, SOCK_STREAM | O_NONBLOCK | O_CLOEXEC, 0);
	if (descriptor < 0)
		return -ENOTSOCK; /* no answer of Landlock's, whatever it was */
	long result = sb_syscall3(number, descriptor, (long)&address, sizeof address);
	close_quietly(descriptor);
	return result;
}

/* A device that all may write to, and that stores nothing (full(4)); opening it changes nothing. */
static long open_for_writing(void)
{
	long descriptor = sb_syscall6(__NR_openat, AT_FDCWD, (long)SB_PROOF_FILE,
		O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0, 0, 0);
	close_quietly(descriptor);
	return descriptor;
}

long sb_ask(long peer)
{
	/* Signal 0 only checks; the number 0 would be this process's own group. */
	return peer > 0 ? sb_syscall3(__NR_kill, peer, 0, 0) : -ESRCH;
}

unsigned int sb_control(const struct sb_landlock *ruleset, long peer)
{
	unsigned int control = 0;
	if (ruleset->handled_fs & LL_FS_WRITE_FILE && open_for_writing() >= 0)
		control |= SB_CONTROL_WRITE;
	if (ruleset->connect_port && was_let_happen(use_port(__NR_connect, ruleset->connect_port)))
		control |= SB_CONTROL_CONNECT;
	if (ruleset->bind_port && was_let_happen(use_port(__NR_bind, ruleset->bind_port)))
		control |= SB_CONTROL_BIND;
	if (ruleset->scoped & LL_SCOPE_SIGNAL && sb_ask(peer) == 0)
		control |= SB_CONTROL_SIGNAL;
	return control;
}

int sb_prove(int status, const struct sb_landlock *ruleset, unsigned int control, long peer,
	int write_denied, struct sb_failure *failure)
{
	int error = 0;
	if (control & SB_CONTROL_WRITE) {
		struct proof proof = {"fs.write_file", "openat", open_for_writing()};
		error = answer(status, proof, write_denied, failure);
	}
	if (!error && control & SB_CONTROL_CONNECT) {
		long result = use_port(__NR_connect, ruleset->connect_port);
		struct proof proof = {"net.connect_tcp", "connect", result};
		error = answer(status, proof, 1, failure);
	}
	if (!error && control & SB_CONTROL_BIND) {
		long result = use_port(__NR_bind, ruleset->bind_port);
		struct proof proof = {"net.bind_tcp", "bind", result};
		error = answer(status, proof, 1, failure);
	}
	if (!error && control & SB_CONTROL_SIGNAL) {
		struct proof proof = {"scope.signal", "kill", sb_ask(peer)};
		error = answer(status, proof, 1, failure);
	}
	return error;
}

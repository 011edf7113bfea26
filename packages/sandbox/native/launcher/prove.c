#include "prove.h"
#include "report.h"
#include "sb_syscall.h"

#include <asm/fcntl.h>
#include <linux/fcntl.h>
#include <linux/in.h>
#include <linux/net.h>
#include <linux/socket.h>

#define AF_INET 2
#define SOCK_STREAM 1

static void answer(int status, const char *name, long result)
{
	sb_report_proof(status, name, result < 0 ? (unsigned int)-result : 0);
}

static void close_quietly(long descriptor)
{
	if (descriptor >= 0)
		(void)sb_syscall3(__NR_close, descriptor, 0, 0); /* nothing was written to it */
}

/* Connecting or binding to a port that no rule names, on 127.0.0.1. */
static long use_port(long number, uint16_t port)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	address.sin_port = __builtin_bswap16(port);
	address.sin_addr.s_addr = __builtin_bswap32(INADDR_LOOPBACK);
	long descriptor =
		sb_syscall3(__NR_socket, AF_INET, SOCK_STREAM | O_NONBLOCK | O_CLOEXEC, 0);
	if (descriptor < 0)
		return descriptor;
	long result = sb_syscall3(number, descriptor, (long)&address, sizeof address);
	close_quietly(descriptor);
	return result;
}

/* A device that all may write to, and that keeps nothing (full(4)); opening it changes nothing. */
static long open_for_writing(void)
{
	long descriptor = sb_syscall6(__NR_openat, AT_FDCWD, (long)"/dev/full",
		O_WRONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY, 0, 0, 0);
	close_quietly(descriptor);
	return descriptor;
}

/* Signal 0 only asks. */
static long ask_parent(void)
{
	return sb_syscall3(__NR_kill, sb_syscall3(__NR_getppid, 0, 0, 0), 0, 0);
}

unsigned int sb_control(const struct sb_landlock *ruleset)
{
	unsigned int control = 0;
	if (ruleset->handled_fs & LL_FS_WRITE_FILE && open_for_writing() >= 0)
		control |= SB_CONTROL_WRITE;
	if (ruleset->scoped & LL_SCOPE_SIGNAL && ask_parent() == 0)
		control |= SB_CONTROL_SIGNAL;
	return control;
}

void sb_prove(int status, const struct sb_landlock *ruleset, unsigned int control)
{
	if (control & SB_CONTROL_WRITE)
		answer(status, "fs.write_file", open_for_writing());
	if (ruleset->connect_port)
		answer(status, "net.connect_tcp", use_port(__NR_connect, ruleset->connect_port));
	if (ruleset->bind_port)
		answer(status, "net.bind_tcp", use_port(__NR_bind, ruleset->bind_port));
	if (control & SB_CONTROL_SIGNAL)
		answer(status, "scope.signal", ask_parent());
}

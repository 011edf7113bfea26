/* SPDX-License-Identifier: MIT */
/*
 * Attempts on other processes beyond signal and ptrace. Another waiting probe is the victim: the
 * program is static, so its variables have the same addresses.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <unistd.h>

/* The variable that is read and written in the victim. */
static char victim_word[8] = "victim";

/* Listens for datagrams on an abstract name, reports that, and waits for the attack. */
static int op_wait(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (argc != 1 || strlen(argv[0]) + 1 > sizeof address.sun_path)
		return PROBE_USAGE;
	memcpy(address.sun_path + 1, argv[0], strlen(argv[0]));
	socklen_t size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(argv[0]) + 1);
	int listener = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (listener < 0 || bind(listener, (struct sockaddr *)&address, size))
		return -errno;
	puts("wait 0 OK");
	fflush(stdout);
	for (;;)
		pause();
	return 0;
}

static int op_read_memory(int argc, char **argv)
{
	char copy[sizeof victim_word];
	struct iovec here = {copy, sizeof copy}, there = {victim_word, sizeof victim_word};
	if (argc != 1)
		return PROBE_USAGE;
	return probe_result(process_vm_readv((pid_t)probe_number(argv[0]), &here, 1, &there, 1, 0));
}

static int op_write_memory(int argc, char **argv)
{
	char word[sizeof victim_word] = "written";
	struct iovec here = {word, sizeof word}, there = {victim_word, sizeof victim_word};
	if (argc != 1)
		return PROBE_USAGE;
	return probe_result(
		process_vm_writev((pid_t)probe_number(argv[0]), &here, 1, &there, 1, 0));
}

static long open_process(const char *pid)
{
	return syscall(SYS_pidfd_open, probe_number(pid), 0);
}

/* A copy of one of its descriptors: pidfd_getfd(2). */
static int op_take_descriptor(int argc, char **argv)
{
	if (argc != 2)
		return PROBE_USAGE;
	long process = open_process(argv[0]);
	if (process < 0)
		return -errno;
	int outcome = probe_result(syscall(SYS_pidfd_getfd, process, probe_number(argv[1]), 0));
	(void)close((int)process); /* only asked */
	return outcome;
}

static int op_signal_descriptor(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	long process = open_process(argv[0]);
	if (process < 0)
		return -errno;
	int outcome = probe_result(syscall(SYS_pidfd_send_signal, process, 0, NULL, 0));
	(void)close((int)process); /* only asked */
	return outcome;
}

static int op_signal_thread(int argc, char **argv)
{
	return argc == 1 ? probe_result(syscall(SYS_tkill, probe_number(argv[0]), 0)) : PROBE_USAGE;
}

static int op_queue_signal(int argc, char **argv)
{
	const union sigval value = {0};
	return argc == 1 ? probe_result(sigqueue((pid_t)probe_number(argv[0]), 0, value))
			 : PROBE_USAGE;
}

static int op_signal_parent(int argc, char **argv)
{
	(void)argv;
	return argc == 0 ? probe_result(kill(getppid(), 0)) : PROBE_USAGE;
}

/*
 * A descriptor's owner gets a signal when data can be read. The attempt succeeds in any case. The
 * victim, which SIGIO ends, shows the result.
 */
static int op_signal_by_descriptor(int argc, char **argv)
{
	int channel[2];
	if (argc != 1)
		return PROBE_USAGE;
	if (pipe2(channel, O_CLOEXEC))
		return -errno;
	int error = probe_result(fcntl(channel[0], F_SETOWN, probe_number(argv[0])));
	if (!error)
		error = probe_result(fcntl(channel[0], F_SETFL, O_ASYNC));
	if (!error)
		error = probe_result(write(channel[1], "x", 1));
	(void)close(channel[0]); /* the signal is sent */
	(void)close(channel[1]);
	return error;
}

/*
 * A limit on processor time that has already passed ends a process. Here it is only set to its
 * current value.
 */
static int op_set_limit(int argc, char **argv)
{
	struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
	if (argc != 1)
		return PROBE_USAGE;
	return probe_result(prlimit((pid_t)probe_number(argv[0]), RLIMIT_CPU, &limit, NULL));
}

/* Makes the kernel end a computing process: it may use one second of processor time. */
static int op_limit_processor_time(int argc, char **argv)
{
	const struct rlimit second = {1, 1};
	if (argc != 1)
		return PROBE_USAGE;
	return probe_result(prlimit((pid_t)probe_number(argv[0]), RLIMIT_CPU, &second, NULL));
}

static int op_compare(int argc, char **argv)
{
	const long KCMP_VM = 1;
	if (argc != 1)
		return PROBE_USAGE;
	return probe_result(syscall(SYS_kcmp, getpid(), probe_number(argv[0]), KCMP_VM, 0, 0));
}

static int op_read_link(int argc, char **argv)
{
	char target[PATH_MAX];
	return argc == 1 ? probe_result(readlink(argv[0], target, sizeof target)) : PROBE_USAGE;
}

const struct probe_operation probe_others_operations[] = {
	{"wait", "NAME", op_wait},
	{"read-memory", "PID", op_read_memory},
	{"write-memory", "PID", op_write_memory},
	{"take-descriptor", "PID NUMBER", op_take_descriptor},
	{"signal-descriptor", "PID", op_signal_descriptor},
	{"signal-thread", "TID", op_signal_thread},
	{"queue-signal", "PID", op_queue_signal},
	{"signal-parent", "", op_signal_parent},
	{"signal-by-descriptor", "PID", op_signal_by_descriptor},
	{"set-limit", "PID", op_set_limit},
	{"limit-processor-time", "PID", op_limit_processor_time},
	{"compare", "PID", op_compare},
	{"read-link", "PATH", op_read_link},
	{0},
};

/* SPDX-License-Identifier: MIT */
/* Attempts on processes. */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Signal 0 asks for permission only. */
static int op_signal(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	return kill((pid_t)probe_number(argv[0]), 0) ? -errno : 0;
}

static int op_ptrace(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	pid_t pid = (pid_t)probe_number(argv[0]);
	if (ptrace(PTRACE_SEIZE, pid, 0, 0))
		return -errno;
	return ptrace(PTRACE_DETACH, pid, 0, 0) && errno != ESRCH ? -errno : 0;
}

static void *stay_behind(void *unused)
{
	for (;;)
		pause();
	return unused;
}

/*
 * Switches to another user in the wrong way: by system calls, which change the calling thread only,
 * while another thread continues as before. Reports that on standard output, and waits to be ended.
 */
static int op_leave_thread_behind(int argc, char **argv)
{
	pthread_t thread;
	if (argc != 1)
		return PROBE_USAGE;
	long id = (long)probe_number(argv[0]);
	if (pthread_create(&thread, NULL, stay_behind, NULL))
		return -EAGAIN;
	if (syscall(SYS_setgroups, 0, NULL) || syscall(SYS_setresgid, id, id, id) ||
		syscall(SYS_setresuid, id, id, id))
		return -errno;
	puts("leave-thread-behind 0 OK");
	fflush(stdout);
	for (;;)
		pause();
	return 0;
}

const struct probe_operation probe_process_operations[] = {
	{"leave-thread-behind", "ID", op_leave_thread_behind},
	{"signal", "PID", op_signal},
	{"ptrace", "PID", op_ptrace},
	{0},
};

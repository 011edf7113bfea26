/* Attempts on processes. */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <signal.h>
#include <sys/ptrace.h>
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

const struct probe_operation probe_process_operations[] = {
	{"signal", "PID", op_signal},
	{"ptrace", "PID", op_ptrace},
	{0},
};

/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "filters_of.h"
#include "kernel.h"
#include "seccomp.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* linux/ptrace.h; two C libraries name them differently. */
enum {
	PTRACE_DETACH = 17,
	PTRACE_SEIZE = 0x4206,
	PTRACE_INTERRUPT = 0x4207,
	PTRACE_SECCOMP_GET_FILTER = 0x420c,
	PTRACE_EVENT_STOP = 128,
};

#define LARGEST (SB_SECCOMP_INSTRUCTIONS_MAX * sizeof(struct kernel_instruction))
#define HEADER 4u

/* The longest wait for a stop: 5,000 times 1 ms. */
#define WAITS 5000
#define WAIT_NS 1000000

#ifdef __linux__
static long trace(long request, int thread, unsigned long address, void *data)
{
	long result = syscall(SYS_ptrace, request, thread, address, data);
	return result < 0 ? -errno : result;
}

/* The signal that the stopped thread is about to get, which detaching must deliver; 0 for none; -errno. */
static int wait_for_stop(int thread)
{
	for (int i = 0; i < WAITS; i++) {
		int status = 0;
		long found = syscall(SYS_wait4, thread, &status, __WALL | WNOHANG, NULL);
		if (found < 0 && errno != EINTR)
			return -errno;
		if (found == thread && !WIFSTOPPED(status))
			return -ESRCH;
		if (found == thread)
			return status >> 16 == PTRACE_EVENT_STOP ? 0 : WSTOPSIG(status);
		nanosleep(&(struct timespec){.tv_nsec = WAIT_NS}, NULL);
	}
	return -ETIMEDOUT;
}

/* Adds one filter to the bytes. 0, or -errno; -ENOENT after the last. */
static int add(int thread, unsigned long index, struct sb_filters *filters)
{
	uint8_t *grown = realloc(filters->bytes, filters->length + HEADER + LARGEST);
	if (grown == NULL)
		return -ENOMEM;
	filters->bytes = grown;
	uint8_t *end = grown + filters->length;
	long count = trace(PTRACE_SECCOMP_GET_FILTER, thread, index, end + HEADER);
	if (count < 0)
		return (int)count;
	if (count > (long)SB_SECCOMP_INSTRUCTIONS_MAX)
		return -E2BIG;
	uint32_t instructions = (uint32_t)count;
	memcpy(end, &instructions, HEADER);
	filters->length += HEADER + instructions * sizeof(struct kernel_instruction);
	return 0;
}

static int add_all(int thread, struct sb_filters *filters)
{
	int error = 0;
	for (unsigned long index = 0; error == 0; index++)
		error = add(thread, index, filters);
	return error == -ENOENT ? 0 : error;
}

/* Detaches a stopped thread in any case. */
static int read_stopped(
	int thread, int signal, struct sb_filters *filters, struct sb_failure *failure)
{
	int error = add_all(thread, filters);
	long detached = trace(PTRACE_DETACH, thread, 0, (void *)(long)signal);
	if (error)
		return sb_fail(failure, "read", "ptrace", -error);
	/* A thread that was killed meanwhile needs no detaching. */
	if (detached < 0 && detached != -ESRCH)
		return sb_fail(failure, "detach", "ptrace", (int)-detached);
	return 0;
}

static int attach_and_read(int thread, struct sb_filters *filters, struct sb_failure *failure)
{
	/* Other than PTRACE_ATTACH, it sends no SIGSTOP that could stay behind. */
	long error = trace(PTRACE_SEIZE, thread, 0, NULL);
	if (error < 0)
		return sb_fail(failure, "attach", "ptrace", (int)-error);
	error = trace(PTRACE_INTERRUPT, thread, 0, NULL);
	/* After ESRCH it has ended, and waiting says so. */
	if (error < 0 && error != -ESRCH)
		return sb_fail(failure, "stop", "ptrace", (int)-error);
	int signal = wait_for_stop(thread);
	if (signal < 0)
		return sb_fail(failure, "stop", "wait4", -signal);
	return read_stopped(thread, signal, filters, failure);
}
#else
static int attach_and_read(int thread, struct sb_filters *filters, struct sb_failure *failure)
{
	(void)thread;
	(void)filters;
	return sb_fail(failure, "attach", "ptrace", ENOSYS);
}
#endif

int sb_filters_of(int thread, struct sb_filters *filters, struct sb_failure *failure)
{
	*filters = (struct sb_filters){0};
	int error = attach_and_read(thread, filters, failure);
	if (error) {
		free(filters->bytes);
		filters->bytes = NULL;
	}
	return error;
}

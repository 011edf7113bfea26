/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "death.h"

#include <errno.h>
#ifdef __linux__
#include "watch.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Of the kernel, for headers that are older (pidfd_open(2), Linux 5.3). */
#define NR_PIDFD_OPEN 434

/* A pidfd is readable when its process has ended. libuv, which then waits for it, learns that by a
 * signal, and handles signals after descriptors (uv__io_poll). */
struct child {
	struct sb_watch watch; /* first: a pointer to it is one to the whole */
	pid_t pid;
};

static double microseconds(struct timeval time)
{
	return (double)time.tv_sec * 1e6 + (double)time.tv_usec;
}

/* The processor time of the process itself, as RLIMIT_CPU counts it: in user and in system mode,
 * without the processes that it has waited for. Its clock exists until it is waited for; the number
 * of the clock is the kernel's (clock_getcpuclockid(3), CPUCLOCK_PROF). In microseconds, or -1. */
static double own_time(pid_t pid)
{
	struct timespec time;
	if (clock_gettime((clockid_t)(~(unsigned int)pid << 3), &time))
		return -1;
	return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* [signal, microseconds of processor time in user and in system mode, most KiB in memory,
 * microseconds of the process itself]; NULL without memory. */
static napi_value told_of(napi_env env, int signal, const struct rusage *usage, double own)
{
	const double numbers[] = {signal, microseconds(usage->ru_utime),
		microseconds(usage->ru_stime), (double)usage->ru_maxrss, own};
	napi_value list = NULL;
	if (napi_create_array(env, &list) != napi_ok)
		return NULL;
	for (uint32_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		napi_value number = NULL;
		if (napi_create_double(env, numbers[i], &number) != napi_ok ||
			napi_set_element(env, list, i, number) != napi_ok)
			return NULL;
	}
	return list;
}

/* By the kernel's own call, which reports what wait4(2) does without waiting for the child
 * (WNOWAIT); glibc's waitid() has no parameter for it. */
static bool look(struct sb_watch *watch, napi_value *told)
{
	const struct child *child = (const struct child *)watch;
	siginfo_t end = {0};
	struct rusage usage = {0};
	long error =
		syscall(SYS_waitid, P_PID, child->pid, &end, WEXITED | WNOWAIT | WNOHANG, &usage);
	if (!error && end.si_pid == 0)
		return false;
	bool by_signal = !error && (end.si_code == CLD_KILLED || end.si_code == CLD_DUMPED);
	int signal = by_signal ? end.si_status : 0;
	*told = told_of(watch->env, error ? -1 : signal, &usage, error ? -1 : own_time(child->pid));
	return true;
}

static void discard(struct sb_watch *watch)
{
	free(watch);
}

int sb_watch_death(napi_env env, pid_t pid, napi_value done)
{
	int pidfd = (int)syscall(NR_PIDFD_OPEN, pid, 0); /* close-on-exec */
	return pidfd < 0 ? -errno : sb_watch_child(env, (struct sb_child){pid, pidfd, false}, done);
}

int sb_watch_child(napi_env env, struct sb_child of, napi_value done)
{
	struct child *child = calloc(1, sizeof *child);
	if (!child) {
		(void)close(of.pidfd); /* nothing was written */
		return -ENOMEM;
	}
	child->pid = of.pid;
	child->watch.look = look;
	child->watch.discard = discard;
	child->watch.descriptor = of.pidfd;
	int error = sb_watch_start(env, &child->watch, UV_READABLE, done);
	if (!error && of.is_left)
		uv_unref((uv_handle_t *)&child->watch.poll);
	return error;
}
#else
int sb_watch_child(napi_env env, struct sb_child of, napi_value done)
{
	(void)env;
	(void)of;
	(void)done;
	return -ENOSYS;
}

int sb_watch_death(napi_env env, pid_t pid, napi_value done)
{
	(void)env;
	(void)pid;
	(void)done;
	return -ENOSYS;
}
#endif

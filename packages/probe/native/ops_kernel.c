/* SPDX-License-Identifier: MIT */
/* Attempts on parts of the kernel that few programs need and attacks come through, made as far as they do no harm. */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/timex.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif

static int op_userfaultfd(int argc, char **argv)
{
	(void)argv;
	return argc == 0 ? probe_made(syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY))
			 : PROBE_USAGE;
}

static int op_io_uring(int argc, char **argv)
{
	struct io_uring_params parameters = {0};
	(void)argv;
	return argc == 0 ? probe_made(syscall(SYS_io_uring_setup, 1, &parameters)) : PROBE_USAGE;
}

static int op_perf_event(int argc, char **argv)
{
	struct perf_event_attr event = {.type = PERF_TYPE_SOFTWARE,
		.size = sizeof event,
		.config = PERF_COUNT_SW_TASK_CLOCK,
		.exclude_kernel = 1,
		.exclude_hv = 1};
	(void)argv;
	return argc == 0 ? probe_made(syscall(SYS_perf_event_open, &event, 0, -1, -1, 0))
			 : PROBE_USAGE;
}

static int op_bpf_map(int argc, char **argv)
{
	union bpf_attr map = {
		.map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
	(void)argv;
	return argc == 0 ? probe_made(syscall(SYS_bpf, BPF_MAP_CREATE, &map, sizeof map))
			 : PROBE_USAGE;
}

/* A key of the calling thread, which is removed with it. */
static int op_add_key(int argc, char **argv)
{
	(void)argv;
	if (argc != 0)
		return PROBE_USAGE;
	return probe_result(
		syscall(SYS_add_key, "user", "probe", "x", 1, (long)KEY_SPEC_PROCESS_KEYRING));
}

static int op_request_key(int argc, char **argv)
{
	(void)argv;
	return argc == 0 ? probe_result(syscall(SYS_request_key, "user", "probe-none", NULL, 0))
			 : PROBE_USAGE;
}

static int op_session_keyring(int argc, char **argv)
{
	(void)argv;
	if (argc != 0)
		return PROBE_USAGE;
	return probe_result(
		syscall(SYS_keyctl, KEYCTL_GET_KEYRING_ID, (long)KEY_SPEC_SESSION_KEYRING, 0));
}

/* Sets the clock to its current time. */
static int op_set_clock(int argc, char **argv)
{
	struct timespec now;
	(void)argv;
	if (argc != 0)
		return PROBE_USAGE;
	if (clock_gettime(CLOCK_REALTIME, &now))
		return -errno;
	return probe_result(clock_settime(CLOCK_REALTIME, &now));
}

/* Sets the kernel's tick to its current value. */
static int op_adjust_clock(int argc, char **argv)
{
	struct timex state = {0};
	(void)argv;
	if (argc != 0)
		return PROBE_USAGE;
	if (adjtimex(&state) < 0)
		return -errno;
	state.modes = ADJ_TICK;
	return probe_result(adjtimex(&state));
}

/* A process by clone3(2), whose flags filters cannot see. */
static int op_clone3(int argc, char **argv)
{
	struct clone_args arguments = {.exit_signal = SIGCHLD};
	if (argc > 1)
		return PROBE_USAGE;
	arguments.flags = argc == 1 ? probe_number(argv[0]) : 0;
	long child = syscall(SYS_clone3, &arguments, sizeof arguments);
	if (child < 0)
		return -errno;
	if (child == 0)
		_exit(0);
	return probe_result(waitpid((pid_t)child, NULL, 0));
}

/*
 * Executes a program from memory, not from a file system: a copy of the file at PATH, which is only
 * read.
 */
static int op_execute_memory(int argc, char **argv)
{
	char buffer[4096];
	int status;
	if (argc != 1)
		return PROBE_USAGE;
	int source = open(argv[0], O_RDONLY | O_CLOEXEC);
	if (source < 0)
		return -errno;
	int memory = memfd_create("probe", MFD_CLOEXEC);
	if (memory < 0)
		return -errno;
	ssize_t length;
	while ((length = read(source, buffer, sizeof buffer)) > 0) {
		if (write(memory, buffer, (size_t)length) != length)
			return -errno;
	}
	pid_t child = fork();
	if (child < 0)
		return -errno;
	if (child == 0) {
		char *const words[] = {argv[0], NULL};
		(void)close(STDERR_FILENO); /* without arguments the probe prints its usage */
		(void)syscall(SYS_execveat, memory, "", words, NULL, AT_EMPTY_PATH);
		_exit(100 + (errno == EACCES) + 2 * (errno == EPERM));
	}
	if (waitpid(child, &status, 0) < 0)
		return -errno;
	/* 2: the usage text of a probe that runs. */
	if (WIFEXITED(status) && WEXITSTATUS(status) == 2)
		return 0;
	return WEXITSTATUS(status) == 102 ? -EPERM : -EACCES;
}

const struct probe_operation probe_kernel_operations[] = {
	{"userfaultfd", "", op_userfaultfd},
	{"io-uring", "", op_io_uring},
	{"perf-event", "", op_perf_event},
	{"bpf-map", "", op_bpf_map},
	{"add-key", "", op_add_key},
	{"request-key", "", op_request_key},
	{"session-keyring", "", op_session_keyring},
	{"set-clock", "", op_set_clock},
	{"adjust-clock", "", op_adjust_clock},
	{"clone3", "[FLAGS]", op_clone3},
	{"execute-memory", "PATH", op_execute_memory},
	{0},
};

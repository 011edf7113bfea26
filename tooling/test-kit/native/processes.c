/*
 * Tactics against processes of the same user that a test has started, and against no others: each has the process that
 * is named as an ancestor.
 */
#define _GNU_SOURCE
#include "neighbour.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define DESCRIPTORS_MAX 64
#define ANCESTORS_MAX 32

static const char mark[] = "NEIGHBOUR";

static pid_t test;    /* whose descendants are meant */
static int signal_no; /* 0 for taking descriptors */

static pid_t parent_of(pid_t pid)
{
	char path[64], text[512], *at;
	(void)snprintf(path, sizeof path, "/proc/%d/stat", pid);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = file < 0 ? 0 : read(file, text, sizeof text - 1);
	if (file >= 0)
		(void)close(file); /* only read from */
	text[length < 0 ? 0 : length] = '\0';
	at = strrchr(text, ')'); /* the name before it may hold anything */
	return at ? (pid_t)strtol(at + 4, NULL, 10) : 0;
}

static bool is_meant(pid_t pid)
{
	pid_t own = getpid(), above = getppid();
	for (int i = 0; i < ANCESTORS_MAX && pid > 1; i++, pid = parent_of(pid)) {
		if (pid == own || pid == above)
			return false;
		if (pid == test)
			return i > 0;
	}
	return false;
}

/* Writes into a regular file by a descriptor that was somebody else's. */
static void use(int descriptor, const char *how)
{
	char link[64], path[PATH_MAX] = "?";
	struct stat status;
	int flags = fcntl(descriptor, F_GETFL);
	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
	ssize_t length = readlink(link, path, sizeof path - 1);
	path[length < 0 ? 0 : length] = '\0';
	bool writes = flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && !(flags & O_PATH);
	if (!writes || fstat(descriptor, &status) || !S_ISREG(status.st_mode))
		return;
	say_gained(how, path);
	if (pwrite(descriptor, mark, sizeof mark - 1, 0) == (ssize_t)sizeof mark - 1)
		say_gained("written", path);
}

static bool take_from(pid_t pid)
{
	char path[64];
	long process = syscall(SYS_pidfd_open, pid, 0);
	int error = process < 0 ? -errno : 0;
	for (int i = 0; !error && i < DESCRIPTORS_MAX; i++) {
		long taken = syscall(SYS_pidfd_getfd, process, i, 0);
		if (taken >= 0) {
			use((int)taken, "pidfd_getfd");
			(void)close((int)taken); /* used */
		} else if (errno != EBADF) {
			error = -errno;
		}
		(void)snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, i);
		int opened = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		if (opened >= 0) {
			use(opened, "/proc");
			(void)close(opened); /* used */
		}
	}
	if (process >= 0)
		(void)close((int)process); /* only asked */
	(void)snprintf(path, sizeof path, "%d", pid);
	return say_did(error, "take", path);
}

static void come_upon(const char *folder, const char *name, void *context)
{
	(void)folder;
	(void)context;
	if (!isdigit((unsigned char)*name))
		return;
	pid_t pid = (pid_t)strtol(name, NULL, 10);
	struct stat status;
	char path[PATH_MAX];
	/* Of the folder /proc/PID: that of a process that isn't dumpable says root, and is tried all the same. */
	if (!join(path, "/proc", name) || stat(path, &status))
		return;
	if ((status.st_uid != geteuid() && status.st_uid != 0) || !is_meant(pid))
		return;
	bool more = signal_no ? say_did(kill(pid, signal_no) ? -errno : 0, "signal", name)
			      : take_from(pid);
	if (!more)
		_exit(0);
}

static void watch_processes(const char *ancestor)
{
	test = (pid_t)strtol(ancestor, NULL, 10);
	if (test <= 1)
		usage();
	say_ready();
	while (visit("/proc", come_upon, NULL) == 0)
		continue;
}

static void run_take(int argc, char **argv)
{
	(void)argc;
	watch_processes(argv[0]);
}

static void run_signal(int argc, char **argv)
{
	(void)argc;
	signal_no = (int)strtol(argv[1], NULL, 10);
	if (signal_no < 1)
		usage();
	watch_processes(argv[0]);
}

const struct tactic process_tactics[] = {
	{"take", "ANCESTOR", 1, run_take},
	{"signal", "ANCESTOR NUMBER", 2, run_signal},
	{0},
};

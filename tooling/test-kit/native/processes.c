/* SPDX-License-Identifier: MIT */
/*
 * Tactics against processes of the same user that a test has started, and against no others: each has the process that
 * is named as an ancestor, and where a word is given, that in its command line. What was taken is kept, and written to
 * again once its owner is gone: whoever has checked a file by then has not checked that.
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
#define KEPT_MAX 256
/* Of a program that is started in a sandbox: what it writes to its parent through. */
#define CHANNEL 4

static const char mark[] = "NEIGHBOUR";

static pid_t test;       /* whose descendants are meant */
static int signal_no;    /* 0 for taking descriptors */
static const char *word; /* of their command line; NULL for any */

static struct {
	int descriptor;
	pid_t owner;
} kept[KEPT_MAX];
static size_t kept_count;

/* What the kernel says of a process in one of its files, with a NUL behind it; its length. */
static size_t read_of(pid_t pid, const char *name, char *text, size_t size)
{
	char path[64];
	(void)snprintf(path, sizeof path, "/proc/%d/%s", pid, name);
	int file = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t length = file < 0 ? 0 : read(file, text, size - 1);
	if (file >= 0)
		(void)close(file); /* only read from */
	size_t end = length < 0 ? 0 : (size_t)length;
	text[end] = '\0';
	return end;
}

static pid_t parent_of(pid_t pid)
{
	char text[512];
	(void)read_of(pid, "stat", text, sizeof text);
	char *at = strrchr(text, ')'); /* the name before it may hold anything */
	return at ? (pid_t)strtol(at + 4, NULL, 10) : 0;
}

/* By its own word: the folder of a process that isn't dumpable says root. */
static bool is_of_our_user(pid_t pid)
{
	char text[1024];
	unsigned int uid = 0;
	(void)read_of(pid, "status", text, sizeof text);
	const char *at = strstr(text, "\nUid:");
	return at && sscanf(at, "\nUid:\t%*u\t%u", &uid) == 1 && uid == geteuid();
}

static bool has_word(pid_t pid)
{
	char text[4096];
	size_t length = read_of(pid, "cmdline", text, sizeof text);
	return memmem(text, length, word, strlen(word)) != NULL;
}

static bool is_meant(pid_t pid)
{
	if (word && !has_word(pid))
		return false;
	pid_t own = getpid(), above = getppid();
	for (int i = 0; i < ANCESTORS_MAX && pid > 1; i++, pid = parent_of(pid)) {
		if (pid == own || pid == above)
			return false;
		if (pid == test)
			return i > 0;
	}
	return false;
}

/* Whether it is worth keeping: what can be written to later, and an end of a channel that others wait for. */
static bool use(int descriptor, const char *how)
{
	char link[64], path[PATH_MAX] = "?";
	struct stat status;
	int flags = fcntl(descriptor, F_GETFL);
	(void)snprintf(link, sizeof link, "/proc/self/fd/%d", descriptor);
	ssize_t length = readlink(link, path, sizeof path - 1);
	path[length < 0 ? 0 : length] = '\0';
	bool writes = flags >= 0 && (flags & O_ACCMODE) != O_RDONLY && !(flags & O_PATH);
	if (!writes || fstat(descriptor, &status) || !S_ISREG(status.st_mode))
		return false;
	say_gained(how, path);
	if (pwrite(descriptor, mark, sizeof mark - 1, 0) == (ssize_t)sizeof mark - 1)
		say_gained("written", path);
	return true;
}

static bool is_channel(int descriptor, int number, pid_t pid)
{
	char text[64];
	struct stat status;
	if (number != CHANNEL || fstat(descriptor, &status) || !S_ISFIFO(status.st_mode))
		return false;
	(void)snprintf(text, sizeof text, "%d", pid);
	(void)say_did(0, "channel", text); /* counted with the rest */
	return true;
}

static void keep_or_close(bool keeps, int descriptor, pid_t pid)
{
	if (!keeps || kept_count == KEPT_MAX) {
		(void)close(descriptor); /* used */
		return;
	}
	kept[kept_count].descriptor = descriptor;
	kept[kept_count++].owner = pid;
}

static void write_after_the_end(void)
{
	for (size_t i = 0; i < kept_count; i++) {
		if (kill(kept[i].owner, 0))
			(void)!pwrite(kept[i].descriptor, mark, sizeof mark - 1, 0);
	}
}

static bool take_from(pid_t pid)
{
	char path[64];
	long process = syscall(SYS_pidfd_open, pid, 0);
	int error = process < 0 ? -errno : 0;
	for (int i = 0; !error && i < DESCRIPTORS_MAX; i++) {
		long taken = syscall(SYS_pidfd_getfd, process, i, 0);
		if (taken >= 0) {
			bool keeps =
				use((int)taken, "pidfd_getfd") || is_channel((int)taken, i, pid);
			keep_or_close(keeps, (int)taken, pid);
		} else if (errno != EBADF) {
			error = -errno;
		}
		(void)snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, i);
		int opened = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
		if (opened >= 0)
			keep_or_close(use(opened, "/proc"), opened, pid);
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
	if (!is_of_our_user(pid) || !is_meant(pid))
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
		write_after_the_end();
}

static void run_take(int argc, char **argv)
{
	word = argc > 1 ? argv[1] : NULL;
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
	{"take", "ANCESTOR [WORD]", 1, run_take},
	{"signal", "ANCESTOR NUMBER", 2, run_signal},
	{0},
};

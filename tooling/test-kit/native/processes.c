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
#include <time.h>
#include <unistd.h>

#define DESCRIPTORS_MAX 64
#define DESCENT_MAX 32
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

/* By its own word: the directory of a process that isn't dumpable says root. */
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

static void strike(pid_t pid)
{
	char number[16];
	(void)snprintf(number, sizeof number, "%d", pid);
	bool more = signal_no ? say_did(kill(pid, signal_no) ? -errno : 0, "signal", number)
			      : take_from(pid);
	if (!more)
		_exit(0);
}

static void visit_children(pid_t pid, int depth);

static void meet(pid_t pid, int depth)
{
	if (pid == getpid() || pid == getppid())
		return;
	if (is_of_our_user(pid) && (!word || has_word(pid)))
		strike(pid);
	if (depth < DESCENT_MAX)
		visit_children(pid, depth + 1);
}

struct family {
	pid_t pid;
	int depth;
};

/* Those that one thread has started. While one of them ends the kernel may leave others out: the next look finds them. */
static void meet_those_of(const char *folder, const char *thread, void *context)
{
	const struct family *family = context;
	char name[64], text[4096];
	(void)folder;
	if (!isdigit((unsigned char)*thread))
		return;
	(void)snprintf(name, sizeof name, "task/%.20s/children", thread);
	(void)read_of(family->pid, name, text, sizeof text);
	for (char *at = text, *end; *at; at = end) {
		pid_t child = (pid_t)strtol(at, &end, 10);
		/* Each has a blank behind it; one that was cut is another number. */
		if (end == at || *end != ' ')
			return;
		if (child > 1)
			meet(child, family->depth);
		end += strspn(end, " ");
	}
}

/* proc_tid_children(5). Looking at descendants alone takes a tenth of the time of looking at all processes. */
static void visit_children(pid_t pid, int depth)
{
	char folder[64];
	struct family family = {pid, depth};
	(void)snprintf(folder, sizeof folder, "/proc/%d/task", pid);
	(void)visit(folder, meet_those_of, &family); /* it may have ended */
}

static void watch_processes(const char *ancestor)
{
	test = (pid_t)strtol(ancestor, NULL, 10);
	if (test <= 1)
		usage();
	if (access("/proc/thread-self/children", R_OK))
		say_failed(-errno, "/proc/thread-self/children");
	say_ready();
	for (;;) {
		visit_children(test, 0);
		write_after_the_end();
		/* What is attacked needs a processor as well. What is looked for by a word may be there for a moment only. */
		long pause = word || getenv("SB_LONG") ? 500000 : 2000000;
		(void)nanosleep(&(struct timespec){0, pause}, NULL); /* woken early: looks early */
	}
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

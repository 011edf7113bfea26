/* SPDX-License-Identifier: MIT */
/* Tactics against folders: one that turns into a link while it is removed, and a disk that is full. */
#define _GNU_SOURCE
#include "neighbour.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <time.h>
#include <unistd.h>

#define FLIPS_MAX 4000000
#define FLIP_SECONDS 3
#define FILL_MAX (64 << 20)

static void copy_name(const char *folder, const char *name, void *trap)
{
	char path[PATH_MAX];
	(void)folder;
	if (!join(path, trap, name))
		return;
	int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0666);
	if (file >= 0)
		(void)close(file); /* nothing was written */
}

/* A folder with the names that the target has, which changes places with a link to the target. */
static void spring(const char *folder, const char *target)
{
	char trap[PATH_MAX], turned[PATH_MAX];
	if (!join(trap, folder, "trap") || !join(turned, folder, OWN_PREFIX "trap"))
		return;
	int error = mkdir(trap, 0777) ? -errno : 0;
	if (!error) {
		(void)visit(target, copy_name, trap); /* an empty one is a trap as well */
		error = symlink(target, turned) ? -errno : 0;
	}
	(void)say_did(error, "trap", trap);
	if (error)
		return;
	/* Until one of them is gone, for the next one. */
	time_t end = time(NULL) + FLIP_SECONDS;
	for (int i = 0; i < FLIPS_MAX && (i % 1000 != 0 || time(NULL) < end); i++) {
		if (renameat2(AT_FDCWD, trap, AT_FDCWD, turned, RENAME_EXCHANGE))
			return;
		if (i % 100 == 0)
			rest();
	}
}

static void run_trap(int argc, char **argv)
{
	char events[4096] __attribute__((aligned(8))), path[PATH_MAX];
	(void)argc;
	int news = inotify_init1(IN_CLOEXEC);
	if (news < 0 || inotify_add_watch(news, argv[0], IN_CREATE | IN_ATTRIB) < 0)
		say_failed(-errno, argv[0]);
	say_ready();
	for (;;) {
		ssize_t length = read(news, events, sizeof events);
		for (char *at = events; at < events + length;) {
			struct inotify_event *event = (struct inotify_event *)at;
			at += sizeof *event + event->len;
			if (event->len > 0 && event->mask & IN_ISDIR &&
				join(path, argv[0], event->name))
				spring(path, argv[1]);
		}
	}
}

/* Only a small disk that is nobody's but the test's. */
static bool may_fill(const char *folder)
{
	struct statfs disk;
	return statfs(folder, &disk) == 0 && disk.f_type == TMPFS_MAGIC && disk.f_blocks > 0 &&
	       disk.f_blocks * (unsigned long)disk.f_bsize <= FILL_MAX;
}

static void run_fill(int argc, char **argv)
{
	static char zeros[64 * 1024];
	char path[PATH_MAX];
	(void)argc;
	if (!may_fill(argv[0]) || !join(path, argv[0], OWN_PREFIX "fill"))
		say_failed(-EFBIG, argv[0]);
	int file = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600), error = 0;
	if (file < 0)
		error = -errno;
	while (!error && count_did()) {
		if (write(file, zeros, sizeof zeros) < 0)
			error = -errno;
	}
	(void)say_did(error, "fill", path);
	say_ready();
	/* What is freed is taken again. */
	while (file >= 0 && count_did()) {
		(void)!write(file, zeros, sizeof zeros); /* full, as a rule */
		(void)nanosleep(&(struct timespec){0, 1000000}, NULL);
	}
}

const struct tactic folder_tactics[] = {
	{"trap", "FOLDER TARGET", 2, run_trap},
	{"fill", "FOLDER", 1, run_fill},
	{0},
};

/* SPDX-License-Identifier: MIT */
/* A tactic against files that may be opened: they are read, and held by a lease and by locks of both kinds. */
#define _GNU_SOURCE
#include "neighbour.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define HELD_MAX 128

/* Device and inode of what is held. */
static struct {
	dev_t device;
	ino_t inode;
} held_files[HELD_MAX];
static int held;

static bool is_held(const struct stat *status)
{
	for (int i = 0; i < held; i++) {
		if (held_files[i].inode == status->st_ino && held_files[i].device == status->st_dev)
			return true;
	}
	return false;
}

static void lay_hold(int file, const char *path)
{
	struct flock range = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	int outcome = fcntl(file, F_SETLEASE, F_RDLCK) ? -errno : 0;
	(void)say_did(outcome, "lease", path);
	outcome = flock(file, LOCK_EX | LOCK_NB) ? -errno : 0;
	(void)say_did(outcome, "flock", path);
	outcome = fcntl(file, F_OFD_SETLK, &range) ? -errno : 0;
	if (!say_did(outcome, "ofd-lock", path))
		_exit(0);
}

static void come_upon(const char *folder, const char *name, void *context)
{
	int depth = *(int *)context + 1;
	char path[PATH_MAX];
	struct stat status;
	if (!join(path, folder, name) || lstat(path, &status) || asset_is_ours(path))
		return;
	if (S_ISDIR(status.st_mode) && depth < DEPTH_MAX)
		(void)visit(path, come_upon, &depth); /* it may be closed or gone */
	if (!S_ISREG(status.st_mode) || held == HELD_MAX || is_held(&status))
		return;
	int file = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (file < 0)
		return;
	held_files[held].device = status.st_dev;
	held_files[held++].inode = status.st_ino;
	lay_hold(file, path);
}

static void run_hold(int argc, char **argv)
{
	int depth = 0;
	(void)argc;
	/* A lease that somebody breaks sends a signal; this holds on until the kernel takes it away. */
	(void)signal(SIGIO, SIG_IGN);
	say_ready();
	while (held < HELD_MAX && visit(argv[0], come_upon, &depth) == 0)
		(void)nanosleep(&(struct timespec){0, 500000}, NULL); /* woken early: looks early */
	for (;;)
		pause();
}

const struct tactic file_tactics[] = {
	{"hold", "FOLDER", 1, run_hold},
	{0},
};

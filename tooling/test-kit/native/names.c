/* SPDX-License-Identifier: MIT */
/*
 * Tactics against names: what appears in a folder is replaced, what is expected is planted before, and two names change
 * places for ever. `react` waits with inotify(7) and strikes within microseconds; `poll` looks again and again.
 */
#define _GNU_SOURCE
#include "neighbour.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define NEWS                                                                                       \
	(IN_CREATE | IN_MOVED_TO | IN_ATTRIB | IN_OPEN | IN_MODIFY | IN_CLOSE_WRITE | IN_DELETE |  \
		IN_ONLYDIR)

/* What to do with a name, and which names: all where none is listed. */
struct plan {
	struct asset asset;
	char **names;
	int name_count;
	bool plants; /* into a folder, in place of replacing */
	int inotify;
	char folders[WATCHES_MAX][PATH_MAX]; /* by watch descriptor */
};

static struct plan plan;

bool join(char *path, const char *folder, const char *name)
{
	int length = snprintf(path, PATH_MAX, "%s/%s", folder, name);
	return length > 0 && length < PATH_MAX;
}

int visit(const char *folder, visit_fn *each, void *context)
{
	DIR *stream = opendir(folder);
	if (!stream)
		return -errno;
	for (struct dirent *entry; (entry = readdir(stream));) {
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			each(folder, entry->d_name, context);
	}
	return closedir(stream) ? -errno : 0;
}

static bool is_meant(const char *name)
{
	for (int i = 0; i < plan.name_count; i++) {
		if (strcmp(plan.names[i], name) == 0)
			return true;
	}
	return plan.name_count == 0;
}

static void plant_into(const char *folder)
{
	char path[PATH_MAX];
	for (int i = 0; i < plan.name_count; i++) {
		if (!join(path, folder, plan.names[i]) || asset_is_ours(path))
			continue;
		if (!say_did(asset_plant(&plan.asset, path), "plant", path))
			_exit(0);
	}
}

static void come_upon(const char *folder, const char *name, void *depth);

/* Watches a folder and what is in it already; one that may not be read yet may be later. */
static void enter(const char *folder, int depth)
{
	if (plan.plants)
		plant_into(folder);
	if (plan.inotify >= 0) {
		int watch = inotify_add_watch(plan.inotify, folder, NEWS);
		if (watch < 0 || watch >= WATCHES_MAX)
			return;
		if (plan.folders[watch][0] == '\0')
			(void)snprintf(plan.folders[watch], PATH_MAX, "%s", folder);
	}
	(void)visit(folder, come_upon, &depth); /* it may be gone again */
}

static void come_upon(const char *folder, const char *name, void *context)
{
	int depth = *(int *)context;
	char path[PATH_MAX];
	struct stat status;
	if (strncmp(name, OWN_PREFIX, strlen(OWN_PREFIX)) == 0 || !join(path, folder, name))
		return;
	if (asset_is_ours(path))
		return;
	if (!plan.plants && is_meant(name) &&
		!say_did(asset_replace(&plan.asset, folder, name), "replace", path))
		_exit(0);
	if (depth < DEPTH_MAX && lstat(path, &status) == 0 && S_ISDIR(status.st_mode))
		enter(path, depth + 1);
}

static void follow_news(void)
{
	char events[64 * 1024] __attribute__((aligned(8)));
	for (;;) {
		ssize_t length = read(plan.inotify, events, sizeof events);
		if (length <= 0)
			return;
		for (char *at = events; at < events + length;) {
			struct inotify_event *event = (struct inotify_event *)at;
			at += sizeof *event + event->len;
			bool known = event->wd > 0 && event->wd < WATCHES_MAX && event->len > 0;
			int depth = 1;
			if (known && !(event->mask & IN_DELETE))
				come_upon(plan.folders[event->wd], event->name, &depth);
			else if (event->wd > 0 && event->wd < WATCHES_MAX && plan.plants)
				plant_into(plan.folders[event->wd]);
		}
	}
}

void rest(void)
{
	static struct timespec since;
	struct timespec now;
	if (getenv("SB_LONG") || clock_gettime(CLOCK_MONOTONIC, &now))
		return;
	long long spent = (now.tv_sec - since.tv_sec) * 1000000000LL + now.tv_nsec - since.tv_nsec;
	if (spent < 1000000)
		return;
	(void)nanosleep(&(struct timespec){0, 2000000}, NULL); /* woken early: looks early */
	(void)clock_gettime(CLOCK_MONOTONIC, &since);          /* it has just told the time */
}

static void run_plan(int argc, char **argv, bool plants, bool polls)
{
	const char *folder = argv[0];
	plan.asset = asset_of(argv[1]);
	plan.names = argv + 2;
	plan.name_count = argc - 2;
	plan.plants = plants;
	plan.inotify = polls ? -1 : inotify_init1(IN_CLOEXEC);
	if (!polls && plan.inotify < 0)
		say_failed(-errno, folder);
	enter(folder, 0);
	say_ready();
	while (polls) {
		enter(folder, 0);
		rest();
	}
	follow_news();
}

static void run_react(int argc, char **argv)
{
	run_plan(argc, argv, false, false);
}

static void run_poll(int argc, char **argv)
{
	run_plan(argc, argv, false, true);
}

static void run_plant(int argc, char **argv)
{
	run_plan(argc, argv, true, false);
}

static int exchange(char **names)
{
	return renameat2(AT_FDCWD, names[0], AT_FDCWD, names[1], RENAME_EXCHANGE) ? -errno : 0;
}

static void run_flip(int argc, char **argv)
{
	(void)argc;
	say_ready();
	int error = exchange(argv);
	bool more = say_did(error, "flip", argv[1]);
	while (more) {
		bool was_missing = error == -ENOENT;
		error = exchange(argv);
		/* Another tactic, which runs beside this one, had still to put one of them there. */
		more = was_missing && error == 0 ? say_did(0, "flip", argv[1]) : count_did();
	}
}

const struct tactic name_tactics[] = {
	{"react", "FOLDER ASSET [NAME ...]", 2, run_react},
	{"poll", "FOLDER ASSET [NAME ...]", 2, run_poll},
	{"plant", "FOLDER ASSET NAME ...", 3, run_plant},
	{"flip", "ONE OTHER", 2, run_flip},
	{0},
};

/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "neighbour.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#define SECONDS_MAX 120
#define TACTICS_MAX 16

static const struct tactic *const tables[] = {
	name_tactics, folder_tactics, process_tactics, file_tactics};

void usage(void)
{
	fputs("usage: neighbour SECONDS TACTIC [ARGUMENT ...] [+ TACTIC ...]\n", stderr);
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		for (const struct tactic *one = tables[i]; one->name; one++)
			fprintf(stderr, "  %s %s\n", one->name, one->arguments);
	}
	exit(2);
}

static const struct tactic *find(const char *name)
{
	for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
		for (const struct tactic *one = tables[i]; one->name; one++) {
			if (strcmp(one->name, name) == 0)
				return one;
		}
	}
	usage();
}

/* A signal that comes when the parent is gone, and one that comes when the time is up. */
static void bind_to(pid_t parent, unsigned int seconds)
{
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != parent)
		_exit(3);
	(void)alarm(seconds); /* only returns what an earlier one had left */
}

static pid_t start(const struct tactic *tactic, int argc, char **argv, unsigned int seconds)
{
	pid_t parent = getpid(), child = fork();
	if (child)
		return child;
	bind_to(parent, seconds);
	tactic->run(argc, argv);
	_exit(0);
}

/* Until our standard input ends, which is our parent's word, or the time is up. */
static void wait_for_the_end(unsigned int seconds)
{
	struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
	int ready = 0;
	do
		ready = poll(&input, 1, (int)seconds * 1000);
	while (ready < 0 && errno == EINTR);
}

int main(int argc, char **argv)
{
	pid_t children[TACTICS_MAX];
	size_t count = 0;
	if (run_as_canary())
		return 0;
	long seconds = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
	if (seconds < 1 || seconds > SECONDS_MAX)
		usage();
	bind_to(getppid(), (unsigned int)seconds + 1);
	for (int at = 2, end; at < argc; at = end + 1) {
		const struct tactic *tactic = find(argv[at]);
		for (end = at + 1; end < argc && strcmp(argv[end], "+") != 0;)
			end++;
		if (end - at - 1 < tactic->least || count == TACTICS_MAX)
			usage();
		pid_t child = start(tactic, end - at - 1, argv + at + 1, (unsigned int)seconds);
		if (child < 0)
			return 3;
		children[count++] = child;
	}
	wait_for_the_end((unsigned int)seconds);
	for (size_t i = 0; i < count; i++) {
		(void)kill(children[i], SIGTERM); /* it may have ended by itself */
		(void)waitpid(children[i], NULL, 0);
	}
	return 0;
}

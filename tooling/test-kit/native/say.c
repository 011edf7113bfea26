/* What a tactic says: lines of four words with tabs between, each written at once. */
#define _GNU_SOURCE
#include "neighbour.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static unsigned int attempts, lines;

static void say(const char *word, const char *outcome, const char *what, const char *path)
{
	char line[PATH_MAX + 128];
	int length =
		snprintf(line, sizeof line, "%s\t%s\t%s\t%.3000s\n", word, outcome, what, path);
	/* A name may hold anything. */
	for (int i = 0; i < length - 1; i++) {
		if (line[i] != '\t' && (unsigned char)line[i] < ' ')
			line[i] = '?';
	}
	if (write(STDOUT_FILENO, line, (size_t)length) != length)
		_exit(3);
}

void say_ready(void)
{
	say("ready", "OK", "-", "-");
}

void say_failed(int error, const char *path)
{
	say("failed", strerrorname_np(-error), "-", path);
	_exit(3);
}

bool count_did(void)
{
	return ++attempts < ATTEMPTS_MAX;
}

bool say_did(int outcome, const char *what, const char *path)
{
	if (lines++ < LINES_MAX)
		say("did", outcome ? strerrorname_np(-outcome) : "OK", what, path);
	return count_did();
}

void say_gained(const char *what, const char *path)
{
	if (lines++ < LINES_MAX)
		say("gained", "OK", what, path);
}

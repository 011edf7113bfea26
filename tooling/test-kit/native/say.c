/* SPDX-License-Identifier: MIT */
/* What a tactic says: lines of four words with tabs between, each written at once. */
#define _GNU_SOURCE
#include "neighbour.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static unsigned int attempts, lines, gains;

/* Sums of what was said already, by their last bits. */
#define SAID_SIZE 1024
static uint64_t said[SAID_SIZE];

/* Whether the same was attempted before with the same outcome: that would only drown the rest. FNV-1a of 64 bits. */
static bool is_repeated(int outcome, const char *what, const char *path)
{
	uint64_t sum = UINT64_C(14695981039346656037) ^ (uint64_t)outcome;
	const char *const words[] = {what, path};
	for (size_t i = 0; i < 2; i++) {
		for (const char *at = words[i]; *at; at++)
			sum = (sum ^ (unsigned char)*at) * UINT64_C(1099511628211);
		sum *= UINT64_C(1099511628211);
	}
	bool is_known = said[sum % SAID_SIZE] == sum;
	said[sum % SAID_SIZE] = sum;
	return is_known;
}

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
	if (!is_repeated(outcome, what, path) && lines++ < LINES_MAX)
		say("did", outcome ? strerrorname_np(-outcome) : "OK", what, path);
	return count_did();
}

void say_gained(const char *what, const char *path)
{
	/* Counted by itself: no number of attempts hides what came of one. */
	if (gains++ < LINES_MAX)
		say("gained", "OK", what, path);
}

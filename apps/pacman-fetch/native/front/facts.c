/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "facts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The field of that number, counted from the one after the name, which is 3; NULL if there are
 * fewer. */
static const char *field(const char *text, int number)
{
	for (int at = 3; text && at < number; at++) {
		text = strchr(text, ' ');
		text = text ? text + 1 : NULL;
	}
	return text;
}

static int read_text(pid_t pid, char *text, size_t size)
{
	char path[40];
	(void)snprintf(path, sizeof(path), "/proc/%ld/stat", (long)pid); /* always fits */
	int descriptor = open(path, O_RDONLY | O_CLOEXEC);
	if (descriptor < 0)
		return -1;
	ssize_t length = read(descriptor, text, size - 1);
	(void)close(descriptor); /* was read only */
	if (length <= 0)
		return -1;
	text[length] = '\0';
	return 0;
}

int facts_read(pid_t pid, struct facts *facts)
{
	static char text[1024];
	if (pid <= 0 || read_text(pid, text, sizeof(text)))
		return -1;
	/* The name may contain anything, even brackets. */
	const char *open = strchr(text, '('), *end = strrchr(text, ')');
	if (!open || !end || end < open || (size_t)(end - open) > sizeof(facts->name) ||
		end[1] != ' ')
		return -1;
	size_t length = (size_t)(end - open) - 1;
	memcpy(facts->name, open + 1, length);
	facts->name[length] = '\0';
	const char *parent = field(end + 2, 4), *start = field(end + 2, 22);
	if (!parent || !start)
		return -1;
	facts->state = end[2];
	facts->parent = strtol(parent, NULL, 10);
	facts->start = strtoull(start, NULL, 10);
	return 0;
}

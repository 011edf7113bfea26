/* SPDX-License-Identifier: MIT */
/*
 * A copy of this program with a path behind its bytes is a canary: whoever executes it has its ids and capabilities
 * written down there. So a test sees who has run a program of the neighbour's.
 */
#define _GNU_SOURCE
#include "neighbour.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TRAILER_MARK "SB-NEIGHBOUR-CANARY:"
#define TRAILER_SIZE 512

static void effective_capabilities(char *text, size_t size)
{
	char status[4096], *at;
	int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t length = file < 0 ? 0 : read(file, status, sizeof status - 1);
	if (file >= 0)
		(void)close(file); /* only read from */
	status[length < 0 ? 0 : length] = '\0';
	at = strstr(status, "CapEff:\t");
	(void)snprintf(text, size, "%.16s", at ? at + 8 : "unknown");
}

bool run_as_canary(void)
{
	/* Not one text, or the program would find itself. */
	char trailer[TRAILER_SIZE + 1] = {0}, line[256], capabilities[32];
	int self = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);
	if (self < 0 || lseek(self, -TRAILER_SIZE, SEEK_END) < 0)
		return false;
	ssize_t length = read(self, trailer, TRAILER_SIZE);
	(void)close(self); /* only read from */
	if (length != TRAILER_SIZE || strncmp(trailer, TRAILER_MARK, strlen(TRAILER_MARK)) != 0)
		return false;
	int record = open(trailer + strlen(TRAILER_MARK), O_WRONLY | O_APPEND | O_CLOEXEC);
	if (record < 0)
		return true;
	effective_capabilities(capabilities, sizeof capabilities);
	int size = snprintf(line, sizeof line, "uid %u euid %u capabilities %s\n", getuid(),
		geteuid(), capabilities);
	(void)!write(record, line, (size_t)size); /* nobody to tell */
	return true;
}

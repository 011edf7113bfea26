/* SPDX-License-Identifier: MIT */
#include "report.h"
#include "launcher.h"
#include "strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>

#define STDERR 2

static const char *const layers[] = {
	[0] = "launcher",
	[SB_LAYER_PROCESS] = "process",
	[SB_LAYER_CAPS] = "caps",
	[SB_LAYER_PRIVDROP] = "privdrop",
	[SB_LAYER_LANDLOCK] = "landlock",
	[SB_LAYER_SECCOMP] = "seccomp",
};

/* The errno of the first line that could not be written, or 0. */
static int lost;

static void write_all(int descriptor, const char *bytes, size_t length)
{
	while (length > 0) {
		long written = sb_syscall3(__NR_write, descriptor, (long)bytes, (long)length);
		if (written == -EINTR)
			continue;
		if (written <= 0) {
			if (!lost)
				lost = written ? (int)-written : EIO;
			return;
		}
		bytes += written;
		length -= (size_t)written;
	}
}

/* Lines that are not written yet: each write would wake the parent, which waits for the last. */
static char said[16384];
static size_t said_length;

static void flush(int status)
{
	if (status != SB_NOBODY)
		write_all(status, said, said_length);
	said_length = 0;
}

/* A line that is being built: an excess is cut, since every failure must be reported. */
struct line {
	char text[512];
	size_t length;
};

static void add(struct line *line, const char *text)
{
	size_t length = strlen(text);
	if (length > sizeof line->text - 2 - line->length)
		length = sizeof line->text - 2 - line->length;
	memcpy(line->text + line->length, text, length);
	line->length += length;
}

static void add_number(struct line *line, unsigned int number)
{
	char digits[11] = {0};
	(void)sb_format_number(digits, number);
	add(line, digits);
}

static void say(int status, const char *bytes, size_t length)
{
	if (length > sizeof said - said_length)
		flush(status);
	memcpy(said + said_length, bytes, length);
	said_length += length;
}

static void send(int status, struct line *line)
{
	line->text[line->length++] = '\n';
	if (status == SB_NOBODY)
		return;
	say(status, line->text, line->length);
}

void sb_report_failure(int status, int layer, const struct sb_failure *failure)
{
	struct line line = {.length = 0};
	const char *between = status == SB_NOBODY ? " " : "\t";
	add(&line, status == SB_NOBODY ? "sandbox launcher: failed" : "failed");
	add(&line, between);
	add(&line, layers[layer]);
	add(&line, between);
	add(&line, failure->step);
	add(&line, between);
	add(&line, failure->syscall ? failure->syscall : "");
	add(&line, status == SB_NOBODY ? ": errno " : between);
	add_number(&line, (unsigned int)failure->error);
	int where = status == SB_NOBODY ? STDERR : status;
	send(where, &line);
	flush(where);
}

void sb_report_number(int status, const char *word, unsigned int number)
{
	struct line line = {.length = 0};
	add(&line, word);
	add(&line, "\t");
	add_number(&line, number);
	send(status, &line);
}

void sb_report_flush(int status)
{
	flush(status);
}

void sb_report_proof(int status, const char *name, unsigned int error)
{
	struct line line = {.length = 0};
	add(&line, "proof\t");
	add(&line, name);
	add(&line, "\t");
	add_number(&line, error);
	send(status, &line);
}

int sb_open_status_text(void)
{
	return (int)sb_syscall6(__NR_openat, -100, (long)"/proc/self/status", 02000000, 0, 0, 0);
}

int sb_report_ready(int status, int text, struct sb_failure *failure)
{
	/* The kernel generates the file when it is read from its start, so it shows the current state. */
	static char buffer[8192];
	long at = 0, length;
	if (status == SB_NOBODY)
		return 0;
	say(status, "ready\n", 6);
	/* It is longer than one part with many groups, of which a process may have 65,536. */
	while (text >= 0 && (length = sb_syscall6(__NR_pread64, text, (long)buffer, sizeof buffer,
				     at, 0, 0)) > 0) {
		say(status, buffer, (size_t)length);
		at += length;
	}
	flush(status);
	return lost ? sb_fail(failure, "report", "write", lost) : 0;
}

/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "download.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "answer.h"
#include "bar.h"
#include "clock.h"
#include "file.h"
#include "interrupt.h"
#include "receive.h"
#include "said.h"
#include "wire.h"

enum { DONE = 0, DOWNLOAD_FAILED = 1, FILE_FAILED = 4 };

/* The most seconds that a server's clock may be ahead. */
enum { TOLERANCE = 24 * 60 * 60 };

static int write_bytes(void *context, const unsigned char *bytes, size_t length)
{
	return file_write(context, bytes, length);
}

/* A page in place of a database or a signature, from a network that requires a login, is refused by
 * Node, which reports it: src/one-file/page.ts. It begins with a tag, white space, or the mark of its
 * byte order. */
static int write_no_page(void *context, const unsigned char *bytes, size_t length)
{
	const struct file *file = context;
	if (file->size == 0 && length > 0 && strchr("<\t\n\v\f\r \xef", bytes[0]) && bytes[0]) {
		errno = EBADMSG;
		return -1;
	}
	return file_write(context, bytes, length);
}

/* The same for a signature of "xfer", which is for pacman alone. */
static int write_signature(void *context, const unsigned char *bytes, size_t length)
{
	/* The first byte of a packet of RFC 9580, or of its armor: src/download/formats.ts has the same. */
	static const unsigned char beginnings[] = {0x88, 0x89, 0x8a, 0x8b, 0xc2, '-'};
	const struct file *file = context;
	if (file->size == 0 && length > 0 && !memchr(beginnings, bytes[0], sizeof(beginnings))) {
		errno = EBADMSG;
		return -1;
	}
	return file_write(context, bytes, length);
}

static answer_sink *sink_for(const struct call *call)
{
	if (call->may_resume)
		return write_bytes;
	return call->is_xfer && call->is_signature ? write_signature : write_no_page;
}

/* Nothing may be in the channel before a request. Returns 0, or -1 if that is not so. */
static int ask(const struct download *download)
{
	char text[WIRE_MAX_REQUEST];
	if (!channel_is_quiet(&download->channel))
		return -1;
	int length = snprintf(text, sizeof(text), "%" PRIu64 " %s\n", download->call->max_bytes,
		download->call->url);
	if (length < 0 || (size_t)length >= sizeof(text))
		return -1;
	return channel_ask(&download->channel, text, (size_t)length);
}

/* Enough for two paths and a text of the other side. */
enum { MAX_MESSAGE = WIRE_MAX_TEXT + 2 * PATH_MAX };

/* The hint of src/failure-class.ts for a port that a redirect may not use. */
static const char *hint_for(const char *why)
{
	static const char end[] = ", which is not allowed";
	size_t length = strlen(why);
	if (length < sizeof(end) || strcmp(why + length + 1 - sizeof(end), end))
		return NULL;
	return "Check whether the network requires a login. To allow another port of mirrors, "
	       "add it to SandboxPorts in pacman-fetch.conf.";
}

/* Keeps what another attempt can use. */
static void leave(const struct download *download, struct file *file)
{
	if (download->call->is_xfer)
		file_remove(file);
	else
		file_leave(file);
}

/* The next attempt resumes from the part of a package. */
static int fail(
	const struct download *download, struct file *file, const char *why, const char *hint)
{
	const struct call *call = download->call;
	static char text[MAX_MESSAGE], kept[MAX_MESSAGE];
	(void)snprintf(text, sizeof(text), "failed retrieving file '%s' from %s : %s", call->name,
		call->host, why); /* always fits */
	(void)snprintf(kept, sizeof(kept),
		"%" PRIu64 " bytes are kept in %s; the next attempt resumes after them.",
		file->size, call->file); /* the same */
	if (!hint)
		hint = file->size > 0 && call->may_resume && !call->is_xfer ? kept : hint_for(why);
	said_error(text, hint);
	leave(download, file);
	return DOWNLOAD_FAILED;
}

static int fail_lying(const struct download *download, struct file *file, const char *lie)
{
	char why[200];
	(void)snprintf(why, sizeof(why), "the worker was stopped: %s", lie); /* always fits */
	return fail(download, file, why, NULL);
}

static int fail_still(const struct download *download, struct file *file)
{
	char why[80];
	(void)snprintf(why, sizeof(why), "the worker did nothing for %d seconds",
		RECEIVE_MAX_STILL); /* always fits */
	return fail(download, file, why, "Try again: the download resumes from what was received.");
}

/* An answer from the year 2099 would become the time of a database, and no later one would ever be
 * newer. */
static int64_t believable(const struct answer *answer)
{
	const int64_t now = time(NULL);
	return answer->has_time && answer->time <= (now + TOLERANCE) * 1000 ? answer->time : -1;
}

static int finish(const struct download *download, struct file *file, const struct answer *answer)
{
	static char text[MAX_MESSAGE];
	const struct call *call = download->call;
	if (!file_finish(file, believable(answer)) &&
		(!call->is_xfer || !file_rename(file, call->name)))
		return DONE;
	const int error = errno;
	const char *path = call->file;
	if (error == ESTALE)
		(void)snprintf(text, sizeof(text),
			"%s was removed, renamed or replaced during the download", path);
	else if (error == EBUSY)
		(void)snprintf(text, sizeof(text), "%s does not hold what was written", path);
	else
		(void)snprintf(
			text, sizeof(text), "%s could not be finished: %s", path, strerror(error));
	said_error(text, error == ESTALE || error == EBUSY
				 ? "Something else renames, removes or writes files there: choose "
				   "a directory that only you can write to."
				 : NULL);
	leave(download, file);
	return FILE_FAILED;
}

static int conclude(struct download *download, struct file *file, struct answer *answer,
	enum answer_state state)
{
	download->is_in_order =
		state == ANSWER_WHOLE || state == ANSWER_FAILED || state == ANSWER_ELSEWHERE;
	switch (state) {
	case ANSWER_WHOLE:
		return finish(download, file, answer);
	case ANSWER_FAILED:
		if (answer->is_missing && download->call->is_xfer && download->call->is_signature) {
			file_leave(file); /* pacman says whether it needs one */
			return DONE;
		}
		return fail(download, file, answer->text, NULL);
	case ANSWER_LIE:
		return fail_lying(download, file, answer->lie);
	default:
		/* Node resumes from this part, and reports the problem with the disk. */
		leave(download, file);
		return -1;
	}
}

/* Keeps the line, except for a file that another program starts again. */
static void show_end(
	struct bar *bar, enum outcome outcome, enum answer_state state, const struct answer *answer)
{
	const int64_t now = clock_now();
	if (outcome == TAKEN && state == ANSWER_WHOLE)
		bar_end(bar, BAR_DONE, answer->received, answer_total(answer), now);
	else if (outcome == STOOD_STILL || state == ANSWER_FAILED || state == ANSWER_LIE)
		bar_end(bar, BAR_FAILED, answer->received, answer_total(answer), now);
	else if (outcome != INTERRUPTED)
		bar_clear(bar);
}

int download_run(struct download *download)
{
	struct file file;
	static struct bar bar;
	const struct call *call = download->call;
	enum answer_state state = ANSWER_UNDER_WAY;
	/* After the end of pacman no process waits for the file. */
	if (ask(download))
		return owner_is_parent(download->owner) ? -1 : DOWNLOAD_FAILED;
	/* Made while the other side looks for its bytes. */
	if (file_make(&file, download->folder, call->part))
		return -1;
	struct answer answer = {
		.max_bytes = download->call->max_bytes, .sink = sink_for(call), .context = &file};
	const struct receiving receiving = {.channel = &download->channel,
		.is_patient = download->is_patient,
		.answer = &answer,
		.bar = &bar};
	bar_begin(&bar, download->call->name, download->has_bar, clock_now());
	enum outcome outcome = receive(&receiving, &state);
	show_end(&bar, outcome, state, &answer);
	switch (outcome) {
	case TAKEN:
		return conclude(download, &file, &answer, state);
	case STOOD_STILL:
		return fail_still(download, &file);
	case INTERRUPTED:
		leave(download, &file);
		return interrupt_status();
	default:
		leave(download, &file);
		return owner_is_parent(download->owner) ? -1 : DOWNLOAD_FAILED;
	}
}

/* SPDX-License-Identifier: MIT */
/* The protocol between the front door, its keeper and the process that downloads. Every answer
 * begins with a header of 16 bytes in the byte order of this machine; src/front-door/wire.ts is the
 * other side. */
#ifndef FRONT_WIRE_H
#define FRONT_WIRE_H

#include <stdint.h>

struct wire_header {
	uint32_t kind;
	uint32_t none; /* 0 */
	uint64_t value;
};

enum wire_kind {
	/* Sent once, before the first request: every layer is in force. The value has enum wire_flag. */
	WIRE_READY = 'R',
	/* In place of that, or of an answer: a new process must download this, in the usual way. */
	WIRE_ELSEWHERE = 'N',
	/* An answer begins: bytes of the whole file, or WIRE_UNKNOWN. */
	WIRE_STARTED = 'S',
	/* The server's time of the file, in milliseconds since 1970; at most once, after WIRE_STARTED. */
	WIRE_TIME = 'T',
	/* So many bytes of the file follow. */
	WIRE_DATA = 'D',
	/* The file is complete and has this many bytes. */
	WIRE_END = 'E',
	/* It failed; this many bytes of text follow. */
	WIRE_FAILED = 'F',
	/* The same, because the server does not have it. */
	WIRE_MISSING = 'M',
};

enum wire_flag {
	/* No server is too slow: DisableDownloadTimeout. */
	WIRE_PATIENT = 1,
	/* Added by the keeper: it needs no word about packages, since it lists them already, or cannot. */
	WIRE_LISTED = 2,
};

/* The value of WIRE_ELSEWHERE from a keeper: its process has ended before its first word. */
enum { WIRE_SILENT = 1 };

/* The words of a front door to its keeper. */
enum front_word {
	/* A package is wanted: the other packages that this pacman will download can be listed. */
	FRONT_PACKAGE = 'p',
	/* Everything that was asked for has come, and nothing else is under way. */
	FRONT_IN_ORDER = 'k',
};

#define WIRE_UNKNOWN UINT64_MAX

enum {
	WIRE_MAX_DATA = 256 * 1024,
	/* From this many bytes on an announcement counts as full, as in @sb/fetcher. */
	WIRE_FULL_DATA = 16 * 1024,
	WIRE_MAX_TEXT = 2048,
	WIRE_MAX_URL = 2048,
	/* A request is the largest size in decimal digits, a blank, the URL, and a line feed. */
	WIRE_MAX_REQUEST = WIRE_MAX_URL + 32,
};

#endif

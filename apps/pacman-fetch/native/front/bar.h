/* SPDX-License-Identifier: MIT */
/* The line of one download in a terminal, as src/ui/bar.ts, transfer.ts and region.ts draw it. */
#ifndef FRONT_BAR_H
#define FRONT_BAR_H

#include <stddef.h>
#include <stdint.h>

/* Milliseconds between two frames, as pacman's. */
enum { BAR_INTERVAL = 200 };

enum { BAR_SAMPLES = 16, BAR_WIDTH = 1024 };

struct bar {
	int is_shown;
	char label[256];
	const char *name;
	int64_t begun; /* milliseconds of a steady clock */
	int64_t drawn; /* when */
	int width;     /* of what was drawn; 0: nothing is there */
	char line[BAR_WIDTH];
	/* The last three seconds. */
	struct bar_sample {
		int64_t at;
		uint64_t received;
	} samples[BAR_SAMPLES];
	int count;
};

enum bar_end { BAR_DONE, BAR_FAILED };

/* Whether a bar can be drawn on standard error: the terminal is wide enough, and can move up a
 * line. */
int bar_is_possible(void);

/* Begins: draws a line, unless it must not be shown. now: as for all below, milliseconds of a
 * steady clock. */
void bar_begin(struct bar *bar, const char *name, int is_shown, int64_t now);

/* Draws if enough time has passed. total: WIRE_UNKNOWN if it is unknown. */
void bar_update(struct bar *bar, uint64_t received, uint64_t total, int64_t now);

/* Draws for the last time. */
void bar_end(struct bar *bar, enum bar_end how, uint64_t received, uint64_t total, int64_t now);

/* Removes the line, for another program that draws one. */
void bar_clear(struct bar *bar);

/* The text of a line; for the bar and its tests. total: as above; milliseconds: the remaining or
 * the needed time, -1 if unknown. */
void bar_line(char *line, size_t size, const char *label, uint64_t received, uint64_t total,
	double rate, int64_t milliseconds, int columns);

#endif

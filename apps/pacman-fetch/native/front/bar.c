/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "bar.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "said.h"
#include "wire.h"

/* In a narrower terminal the line of src/ui/bar.ts leaves figures out. */
enum { LEAST_COLUMNS = 55, LEAST_LEFT = 50, FRAME = 8, RATE_WINDOW = 3000 };

/* A terminal that does not know its size is treated as one of 80 columns. */
static int columns_now(void)
{
	struct winsize size = {0};
	const int is_known = !ioctl(STDERR_FILENO, TIOCGWINSZ, &size) && size.ws_col;
	const int columns = is_known ? size.ws_col : 80;
	return columns < BAR_WIDTH ? columns : BAR_WIDTH - 1;
}

int bar_is_possible(void)
{
	const char *terminal = getenv("TERM");
	return terminal && strcmp(terminal, "dumb") != 0 && columns_now() >= LEAST_COLUMNS;
}

/* pacman changes to the next unit beyond 2048. */
static const char *humanize(double *value)
{
	static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};
	size_t unit = 0;
	while (*value > 2048 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		*value /= 1024;
		unit++;
	}
	return units[unit];
}

/* Halves are rounded up, as by toFixed() of JavaScript. */
static void digits_of(char *text, size_t size, double value, int digits)
{
	const uint64_t scale = digits == 2 ? 100 : digits == 1 ? 10 : 1;
	const uint64_t scaled = (uint64_t)(value * (double)scale + 0.5);
	const unsigned long long whole = scaled / scale, part = scaled % scale;
	if (digits)
		(void)snprintf(text, size, "%llu.%0*llu", whole, digits, part); /* always fits */
	else
		(void)snprintf(text, size, "%llu", whole); /* the same */
}

static void clock_of(char *text, size_t size, int64_t milliseconds)
{
	const int64_t seconds = (milliseconds + 999) / 1000;
	if (milliseconds < 0 || seconds >= 6000)
		(void)snprintf(text, size, "--:--");
	else
		(void)snprintf(text, size, "%02d:%02d", (int)(seconds / 60), (int)(seconds % 60));
}

static int percent_of(uint64_t received, uint64_t total)
{
	if (total == WIRE_UNKNOWN || total == 0)
		return -1;
	return received >= total ? 100 : (int)((double)received / (double)total * 100);
}

/* A text in exactly the given columns. */
static void fit(char *text, size_t size, const char *label, int columns)
{
	const int length = (int)strlen(label);
	if (length <= columns)
		(void)snprintf(text, size, "%-*s", columns, label);
	else if (columns <= 3)
		(void)snprintf(text, size, "%.*s", columns, "...");
	else
		(void)snprintf(text, size, "%.*s...", columns - 3, label);
}

void bar_line(char *line, size_t size, const char *label, uint64_t received, uint64_t total,
	double rate, int64_t milliseconds, int columns)
{
	char amount[32], speed[32], clock[16], figures[128], name[BAR_WIDTH], percent[16] = "";
	char signs[BAR_WIDTH] = "";
	double bytes = (double)received;
	const char *unit = humanize(&bytes), *rate_unit = humanize(&rate);
	const int done = percent_of(received, total);
	const int left = columns * 6 / 10 > LEAST_LEFT ? columns * 6 / 10 : LEAST_LEFT;
	const int width = columns - left - FRAME;
	digits_of(amount, sizeof(amount), bytes, 1);
	digits_of(speed, sizeof(speed), rate, rate < 9.995 ? 2 : rate < 99.95 ? 1 : 0);
	clock_of(clock, sizeof(clock), milliseconds);
	(void)snprintf(figures, sizeof(figures), " %6s %3s  %4s %3s/s %s", amount, unit, speed,
		rate_unit, clock); /* always fits */
	fit(name, sizeof(name), label, left - (int)strlen(figures) - 2);
	if (done >= 0)
		(void)snprintf(percent, sizeof(percent), "%4d%%", done); /* always fits */
	if (done >= 0 && width >= 1) {
		memcpy(signs, " [", 2);
		memset(signs + 2, '-', (size_t)width);
		memset(signs + 2, '#', (size_t)(done * width / 100));
		memcpy(signs + 2 + width, "]", 2);
	}
	(void)snprintf(line, size, " %s %s%s%s", name, figures, signs,
		percent); /* cut where it is too long */
}

/* As src/ui/messages.ts: without the extension of a package or a database. */
static void label_of(char *label, size_t size, const char *name)
{
	static const char digits[] = "abcdefghijklmnopqrstuvwxyz0123456789";
	(void)snprintf(label, size, "%s", name); /* names are shorter */
	char *end = label + strlen(label), *found = strstr(label, ".pkg.tar");
	for (char *next = found; next; next = strstr(next + 1, ".pkg.tar"))
		found = next;
	if (found && found > label) {
		const char *rest = found + strlen(".pkg.tar");
		if (!*rest || (*rest == '.' && rest[1] && !rest[1 + strspn(rest + 1, digits)]))
			*found = '\0';
	} else if (end - label > 3 && !strcmp(end - 3, ".db"))
		end[-3] = '\0';
	else if (end - label > 6 && !strcmp(end - 6, ".files"))
		end[-6] = '\0';
}

/* The line is erased first: after the last column the cursor waits on that column, and erasing then
 * would remove its character. */
static void draw(struct bar *bar, const char *line, int columns)
{
	if (bar->width && !strcmp(line, bar->line))
		return;
	/* A terminal that has become narrower has wrapped the line. */
	const int rows = bar->width ? (bar->width + columns - 1) / columns : 0;
	if (rows)
		(void)dprintf(STDERR_FILENO, "\033[%dF%s\033[K%s\r\n", rows,
			rows > 1 ? "\033[J" : "", line);
	else
		(void)dprintf(STDERR_FILENO, "\r\033[K%s\r\n",
			line); /* a terminal that is gone shows nothing */
	(void)snprintf(bar->line, sizeof(bar->line), "%s", line);
	bar->width = (int)strlen(line);
}

/* Bytes a second, over the last seconds. */
static double rate_at(const struct bar *bar, int64_t now)
{
	const struct bar_sample *oldest = &bar->samples[0], *last = &bar->samples[bar->count - 1];
	const int64_t passed = now - oldest->at;
	return passed > 0 ? (double)(last->received - oldest->received) * 1000 / (double)passed : 0;
}

static void sample(struct bar *bar, uint64_t received, int64_t now)
{
	while (bar->count > 1 &&
		(bar->count == BAR_SAMPLES || now - bar->samples[0].at > RATE_WINDOW))
		memmove(bar->samples, bar->samples + 1,
			(size_t)--bar->count * sizeof(bar->samples[0]));
	bar->samples[bar->count++] = (struct bar_sample){now, received};
}

static void draw_moving(struct bar *bar, uint64_t received, uint64_t total, int64_t now)
{
	char line[BAR_WIDTH];
	const int columns = columns_now();
	const double rate = rate_at(bar, now);
	int64_t left = -1;
	if (total != WIRE_UNKNOWN && rate > 0)
		left = received >= total ? 0 : (int64_t)((double)(total - received) * 1000 / rate);
	bar_line(line, sizeof(line), bar->label, received, total, rate, left, columns);
	if ((int)strlen(line) <= columns)
		draw(bar, line, columns);
	bar->drawn = now;
}

void bar_begin(struct bar *bar, const char *name, int is_shown, int64_t now)
{
	memset(bar, 0, sizeof(*bar));
	bar->is_shown = is_shown;
	bar->name = name;
	bar->begun = now;
	label_of(bar->label, sizeof(bar->label), name);
	sample(bar, 0, now);
	if (is_shown)
		draw_moving(bar, 0, WIRE_UNKNOWN, now);
}

void bar_update(struct bar *bar, uint64_t received, uint64_t total, int64_t now)
{
	if (!bar->is_shown || now - bar->drawn < BAR_INTERVAL)
		return;
	sample(bar, received, now);
	draw_moving(bar, received, total, now);
}

void bar_end(struct bar *bar, enum bar_end how, uint64_t received, uint64_t total, int64_t now)
{
	char line[BAR_WIDTH];
	const int columns = columns_now();
	const int64_t taken = now > bar->begun ? now - bar->begun : 1;
	if (!bar->is_shown)
		return;
	if (how == BAR_FAILED) {
		char text[BAR_WIDTH];
		(void)snprintf(text, sizeof(text), " %s failed to download",
			bar->name); /* names are shorter */
		fit(line, sizeof(line), text,
			(int)strlen(text) < columns ? (int)strlen(text) : columns);
	} else
		bar_line(line, sizeof(line), bar->label, received,
			total == WIRE_UNKNOWN ? received : total,
			(double)received * 1000 / (double)taken, taken, columns);
	draw(bar, line, columns);
}

void bar_clear(struct bar *bar)
{
	const int columns = columns_now();
	if (bar->is_shown && bar->width)
		(void)dprintf(
			STDERR_FILENO, "\033[%dF\033[J", (bar->width + columns - 1) / columns);
	bar->width = 0;
}

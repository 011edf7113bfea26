/* SPDX-License-Identifier: MIT */
#include "listing.h"

#include <string.h>

/* The beginning of each line: bytes to download, and the URL. */
static char format[] = "%s %l";

/* Long options of pacman(8) that take a value: src/pacman/pacman-options.ts has the same list. */
static const char *const with_value[] = {"arch", "ask", "assume-installed", "cachedir", "color",
	"config", "dbpath", "gpgdir", "hookdir", "ignore", "ignoregroup", "logfile", "overwrite",
	"print-format", "root", "sysroot"};

static const char own_descriptor[] = "/proc/self/fd/";

/* Whether a word may abbreviate the name of an option, as for getopt_long(3). */
static int may_mean(const char *word, size_t length, const char *name)
{
	return length > 0 && !strncmp(word, name, length);
}

static int takes_value(const char *word, size_t length)
{
	for (size_t one = 0; one < sizeof(with_value) / sizeof(with_value[0]); one++)
		if (may_mean(word, length, with_value[one]))
			return 1;
	return 0;
}

struct reading {
	struct listing *listing;
	char *at;
	char *end;
	const char *config;
	int syncs;
};

static char *next(struct reading *reading)
{
	if (reading->at >= reading->end)
		return NULL;
	char *word = reading->at;
	reading->at += strlen(word) + 1;
	return word;
}

static int add(struct listing *listing, char *word)
{
	if (listing->count + 1 >= LISTING_MAX_WORDS)
		return -1;
	listing->words[listing->count++] = word;
	listing->words[listing->count] = NULL;
	return 0;
}

/* "--config" is the only option whose value another process may not be able to use. */
static int add_config(struct reading *reading, char *option, char *value)
{
	static char name[] = "--config";
	if (!strncmp(value, own_descriptor, strlen(own_descriptor))) {
		if (!reading->config)
			return 0;
		value = (char *)reading->config; /* exec changes no argument */
		option = name;
	} else if (strchr(option, '=')) {
		return add(reading->listing, option);
	}
	return add(reading->listing, option) || add(reading->listing, value);
}

static int take_long(struct reading *reading, char *word)
{
	const char *name = word + 2;
	const size_t length = strcspn(name, "=");
	if (length == strlen("sync") && may_mean(name, length, "sync"))
		reading->syncs = 1;
	else if (may_mean(name, length, "sync") || may_mean(name, length, "print"))
		return -1; /* rare, and not worth the risk of another meaning */
	if (length >= strlen("ref") && may_mean(name, length, "refresh"))
		return 0;
	if (length >= strlen("noc") && may_mean(name, length, "noconfirm"))
		reading->listing->is_certain = 1;
	if (!takes_value(name, length))
		return add(reading->listing, word);
	char *value = name[length] == '=' ? (char *)name + length + 1 : next(reading);
	if (!value || may_mean(name, length, "print-format"))
		return -1;
	if (may_mean(name, length, "config"))
		return add_config(reading, word, value);
	return add(reading->listing, word) || (name[length] != '=' && add(reading->listing, value));
}

/* Switches in one word; after one that takes a value, the rest is its value. */
static int take_short(struct reading *reading, char *word)
{
	char *kept = word + 1;
	for (char *letter = word + 1; *letter; letter++) {
		if (strchr("UDQRTFVph", *letter))
			return -1;
		if (*letter == 'S')
			reading->syncs = 1;
		if (*letter == 'b' || *letter == 'r') {
			const size_t rest = strlen(letter);
			memmove(kept, letter, rest + 1);
			char *value = rest > 1 ? NULL : next(reading);
			if (rest == 1 && !value)
				return -1;
			return add(reading->listing, word) ||
			       (value && add(reading->listing, value));
		}
		if (*letter != 'y')
			*kept++ = *letter;
	}
	*kept = '\0';
	return word[1] ? add(reading->listing, word) : 0;
}

static int take(struct reading *reading, char *word)
{
	if (!strncmp(word, "--", 2))
		return take_long(reading, word);
	if (!strcmp(word, "-"))
		return -1; /* targets from standard input, which is the other pacman's */
	return word[0] == '-' ? take_short(reading, word) : add(reading->listing, word);
}

int listing_make(struct listing *listing, char *text, size_t length, const char *config)
{
	static char print[] = "--print-format", confirm[] = "--noconfirm";
	struct reading reading = {
		.listing = listing, .at = text, .end = text + length, .config = config};
	char *word;
	if (length == 0 || text[length - 1] != '\0')
		return -1;
	listing->count = listing->is_certain = 0;
	if (add(listing, print) || add(listing, format) || add(listing, confirm))
		return -1;
	while ((word = next(&reading))) {
		if (!strcmp(word, "--")) {
			for (; word; word = next(&reading))
				if (!strcmp(word, "-") || add(listing, word))
					return -1;
			break;
		}
		if (take(&reading, word))
			return -1;
	}
	return reading.syncs ? 0 : -1;
}

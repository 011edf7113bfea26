/* SPDX-License-Identifier: MIT */
/*
 * Feeds the C core malformed, truncated and random records, in a build with AddressSanitizer and
 * UBSan. Arguments: number of records, seed. Prints how many were accepted, and how many failed in
 * which step. It builds rulesets and restricts nothing.
 */
#include "../../native/landlock.h"
#include "sb_test_random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put(uint8_t *at, uint64_t value, int bytes)
{
	for (int i = 0; i < bytes; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

static const char *const paths[] = {"/", "/dev/null", "/no/such/file", "/usr", "/bin/sh", ""};

/* A record that is right in most places, so that every check is reached. */
static size_t make(uint8_t *record, size_t size)
{
	uint32_t path_rules = next() % 4, port_rules = next() % 4;
	size_t at = 72;
	for (size_t i = 0; i < size; i++)
		record[i] = (uint8_t)next();
	record[0] = next() % 16 ? SB_LAYER_LANDLOCK : record[0];
	record[1] = next() % 16 ? SB_LANDLOCK_VERSION : record[1];
	put(record + 2, next() % 16 ? next() % 2 : next(), 2);
	memset(record + 8, 0, 64);
	put(record + 8, next() % 4 ? next() & 0xffff : next(), 8);
	put(record + 16, next() & 3, 8);
	put(record + 24, next() & 3, 8);
	put(record + 60, next() % 16 ? path_rules : next(), 4);
	put(record + 64, next() % 16 ? port_rules : next(), 4);
	for (uint32_t i = 0; i < path_rules; i++) {
		const char *path = paths[next() % 6];
		size_t length = strlen(path) + 1;
		put(record + at, next() & 0xffff, 8);
		put(record + at + 8, next() % 16 ? next() % 16 & ~4u : next(), 2);
		put(record + at + 10, next() % 16 ? length : next(), 2);
		memcpy(record + at + 12, path, length);
		at += 12 + length;
	}
	for (uint32_t i = 0; i < port_rules; i++) {
		put(record + at, next() & 3, 8);
		put(record + at + 8, next(), 2);
		put(record + at + 10, 0, 2);
		at += 12;
	}
	put(record + 4, next() % 16 ? at : next(), 4);
	return next() % 8 ? at : next() % size;
}

static unsigned long skips;

static void skipped(void *context, uint32_t rule)
{
	if (context != &skips || rule > 3)
		abort();
	skips++;
}

int main(int argc, char **argv)
{
	static const char *const steps[] = {
		"record", "landlock_create_ruleset", "open", "file", "type", "landlock_add_rule"};
	unsigned long accepted = 0, failed[6] = {0},
		      runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
	state = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1;
	for (unsigned long i = 0; i < runs; i++) {
		/* Exactly as long as it says, so that a read past the end is caught. */
		uint8_t buffer[256];
		size_t length = make(buffer, sizeof buffer);
		uint8_t *record = malloc(length ? length : 1);
		struct sb_failure failure = {0};
		struct sb_landlock ruleset = {.skipped = skipped, .context = &skips};
		if (!record)
			return 2;
		memcpy(record, buffer, length);
		int error = sb_landlock_build(record, length, &ruleset, &failure);
		free(record);
		if ((error == 0) != (ruleset.ruleset >= 0) || (error && failure.error != -error))
			return 3;
		/* Two at most: a descriptor that leaks on some way out would soon show. */
		if (ruleset.ruleset > 8)
			return 4;
		sb_landlock_close(&ruleset);
		accepted += error == 0;
		for (int step = 0; error && step < 6; step++)
			failed[step] += strcmp(failure.step, steps[step]) == 0;
	}
	printf("accepted %lu", accepted);
	for (int step = 0; step < 6; step++)
		printf(" %s %lu", steps[step], failed[step]);
	printf(" skipped %lu\n", skips);
	return 0;
}

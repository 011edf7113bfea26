/* SPDX-License-Identifier: MIT */
/*
 * Feeds the C core of this package malformed, truncated and random records, in a build with AddressSanitizer and UBSan,
 * and reads file attributes into buffers that are too short. Arguments: number of records, seed. Prints how many were
 * accepted. No accepted record may leave a set larger than it was.
 */
#define _GNU_SOURCE
#include "../../native/caps.h"
#include "../../native/inspect.h"
#include "sb_test_random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put64(uint8_t *at, uint64_t value)
{
	for (int i = 0; i < 8; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

/* A record that is right in most places, so that every check is reached; masks are nested as the kernel wants them. */
static size_t make(uint8_t *record, size_t size)
{
	uint64_t permitted = ((uint64_t)next() << 32 | next()) & 0x1ffffffffffull;
	uint64_t masks[5] = {permitted & next(), permitted, permitted & next(), 0, next()};
	masks[3] = masks[2] & next();
	for (size_t i = 0; i < size; i++)
		record[i] = (uint8_t)next();
	record[0] = next() % 8 ? SB_LAYER_CAPS : record[0];
	record[1] = next() % 8 ? SB_CAPS_VERSION : record[1];
	record[2] = (uint8_t)(next() % 40);
	record[3] = 0;
	for (int i = 0; i < 4; i++)
		record[4 + i] = (uint8_t)((uint32_t)SB_CAPS_LENGTH >> (8 * i));
	for (int i = 0; i < 5; i++)
		put64(record + SB_RECORD_HEADER + 8 * i, next() % 4 ? masks[i] : 0);
	return next() % 8 ? SB_CAPS_LENGTH : next() % size;
}

int main(int argc, char **argv)
{
	struct sb_failure failure = {0};
	struct caps_sets before, after;
	unsigned char attribute[SB_CAPS_XATTR_MAX];
	unsigned long accepted = 0, runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
	state = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1;
	if (sb_caps_last() < 37 || sb_caps_securebits() < 0)
		return 2;
	if (sb_caps_file("/no/such/file", attribute, sizeof attribute) != -ENOENT)
		return 3;
	for (unsigned long i = 0; i < runs; i++) {
		/* Exactly as long as it says, so that a read past the end is caught. */
		uint8_t buffer[64];
		size_t length = make(buffer, sizeof buffer);
		uint8_t *record = malloc(length ? length : 1);
		if (!record || caps_get(&before))
			return 4;
		memcpy(record, buffer, length);
		failure.step = NULL;
		int error = i % 2 ? sb_caps_before_ids(record, length, &failure)
				  : sb_caps_after_ids(record, length, &failure);
		if (error == 0)
			accepted++;
		else if (!failure.step || failure.error != -error)
			return 5;
		free(record);
		if (caps_get(&after) || after.permitted & ~before.permitted ||
			after.inheritable & ~(before.inheritable | before.permitted))
			return 6;
	}
	printf("%lu\n", accepted);
	return 0;
}

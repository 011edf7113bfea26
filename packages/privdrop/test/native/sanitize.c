/* SPDX-License-Identifier: MIT */
/*
 * Feeds the C core of this package malformed, truncated and random records, and runs every look-up, in a build with
 * AddressSanitizer and UBSan. Arguments: number of records, seed. Prints how many were accepted.
 */
#define _GNU_SOURCE
#include "../../native/lookup.h"
#include "../../native/privdrop.h"
#include "sb_test_random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

/* A record that is right in most places, so that every check is reached. */
static size_t make(uint8_t *record, size_t size)
{
	uint32_t count = next() % 4;
	size_t length = SB_RECORD_HEADER + 12 + count * 4;
	for (size_t i = 0; i < size; i++)
		record[i] = (uint8_t)next();
	record[0] = next() % 8 ? SB_LAYER_PRIVDROP : record[0];
	record[1] = next() % 8 ? SB_PRIVDROP_VERSION : record[1];
	record[2] = (uint8_t)(next() % 8);
	record[3] = 0;
	put32(record + 4, next() % 8 ? (uint32_t)length : next());
	put32(record + SB_RECORD_HEADER + 8, next() % 8 ? count : next());
	return next() % 4 ? length : next() % size;
}

int main(int argc, char **argv)
{
	struct sb_user user;
	struct sb_failure failure = {0};
	gid_t gid = 0, *groups = NULL;
	unsigned long accepted = 0, runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
	state = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1;
	if (sb_user_by_name("nobody", &user) || sb_user_by_id(0, &user) ||
		sb_group_by_name("tty", &gid))
		return 2;
	int count = sb_groups_of("nobody", 1, &groups);
	free(groups);
	if (count < 1 || sb_user_by_name("no-such-user-here", &user) == 0)
		return 3;
	for (unsigned long i = 0; i < runs; i++) {
		/* Exactly as long as it says, so that a read past the end is caught. */
		uint8_t buffer[64];
		size_t length = make(buffer, sizeof buffer);
		uint8_t *record = malloc(length ? length : 1);
		if (!record)
			return 4;
		memcpy(record, buffer, length);
		failure.step = NULL;
		int error = sb_privdrop_apply(record, length, &failure);
		if (error == 0)
			accepted++;
		else if (!failure.step || failure.error != -error)
			return 5;
		free(record);
	}
	printf("%lu\n", accepted);
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * Feeds what sb-exec reads truncated, malformed and random files, in a build with AddressSanitizer and UBSan. Most have
 * the checksum that their bytes have: what comes behind it shall be reached. Nothing is applied. Arguments: number of
 * files, seed. Prints how many were taken.
 */
#include "../../native/launcher/exec/compiled.h"
#include "../../native/launcher/launcher.h"
#include "../../native/launcher/records.h"
#include "sb_test_random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put16(uint8_t *at, uint32_t value)
{
	at[0] = (uint8_t)value;
	at[1] = (uint8_t)(value >> 8);
}

static void put32(uint8_t *at, uint32_t value)
{
	put16(at, value);
	put16(at + 2, value >> 16);
}

/* Bit by bit, so that the table of the other one is checked too. */
static uint32_t crc(uint32_t sum, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		sum ^= bytes[i];
		for (int bit = 0; bit < 8; bit++)
			sum = sum >> 1 ^ (0xedb88320u & (0u - (sum & 1)));
	}
	return sum;
}

static size_t make_file(uint8_t *file, size_t most)
{
	uint32_t count = 1 + next() % 4;
	size_t at = SB_COMPILED_HEADER + count * SB_COMPILED_ENTRY;
	memset(file, 0, most);
	memcpy(file, "#!/usr/bin/sb-exec\n", 19);
	memcpy(file + 64, "sb-exec", 8);
	put32(file + 72, SB_COMPILED_VERSION);
	put32(file + 76, next() % 2);
	put32(file + 84, count);
	for (uint32_t i = 0; i < count; i++) {
		uint8_t *entry = file + SB_COMPILED_HEADER + i * SB_COMPILED_ENTRY;
		uint32_t length = 8 * (1 + next() % 16);
		put16(entry, i * 2);
		put16(entry + 2, i + 1 == count ? 0xffff : i * 2 + 1);
		put32(entry + 4, next() % 2);
		put32(entry + 8, (uint32_t)at);
		put32(entry + 12, length);
		for (uint32_t j = 0; j < length; j++)
			file[at + j] = (uint8_t)(next() % 4 ? 0 : next());
		at += length;
	}
	put32(file + 80, (uint32_t)at);
	for (uint32_t faults = next() % 3; faults > 0; faults--)
		file[64 + next() % (at - 64)] = (uint8_t)next();
	if (next() % 8 == 0)
		at = next() % (at + 1);
	if (at > 92 && next() % 16)
		put32(file + 88, ~crc(crc(~0u, file, 88), file + 92, at - 92));
	return at;
}

int main(int argc, char **argv)
{
	unsigned long taken = 0, runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
	state = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1;
	for (unsigned long i = 0; i < runs; i++) {
		uint8_t buffer[1024];
		size_t length = make_file(buffer, sizeof buffer);
		/* Exactly as long as it is, so that a read past the end is caught. */
		uint8_t *file = malloc(length ? length : 1);
		if (!file)
			return 4;
		memcpy(file, buffer, length);
		struct sb_compiled compiled = {0};
		struct sb_failure failure = {0};
		const struct sb_machine machine = {next() % 12, next() % 2};
		struct sb_records records = {{0}, {0}};
		struct sb_process process = {0};
		if (sb_compiled_find(file, length, machine, &compiled, &failure) == 0) {
			if (compiled.document < file ||
				compiled.document + compiled.length > file + length)
				return 5;
			taken++;
			if (sb_records_split(compiled.document, compiled.length, &records) == 0)
				(void)sb_process_parse(records.bytes[SB_LAYER_PROCESS],
					records.length[SB_LAYER_PROCESS], &process);
		} else if (!failure.step || failure.error <= 0) {
			return 6;
		}
		free(file);
	}
	printf("%lu\n", taken);
	return 0;
}

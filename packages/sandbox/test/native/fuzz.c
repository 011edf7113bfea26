/* SPDX-License-Identifier: MIT */
/*
 * Feeds what the launcher reads (records, and the process record among them) truncated, malformed and random bytes, in
 * a build with AddressSanitizer and UBSan. Nothing is applied. Arguments: number of documents, seed. Prints how many
 * were taken.
 */
#include "../../../caps/native/caps.h"
#include "../../native/launcher/launcher.h"
#include "../../native/launcher/records.h"
#include "sb_test_random.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static size_t put32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (8 * i));
	return 4;
}

static size_t put_string(uint8_t *at, const char *text)
{
	size_t length = strlen(text);
	put32(at, (uint32_t)length);
	memcpy(at + 4, text, length + 1);
	return 4 + length + 1;
}

/* A good process record of a few strings and numbers. */
static size_t make_process(uint8_t *at)
{
	size_t length = SB_RECORD_HEADER;
	uint32_t limits = next() % 3, keep = next() % 4, argc = 1 + next() % 3, envc = next() % 3;
	length += put32(at + length, next());
	length += put32(at + length, next() % 512);
	length += put32(at + length, limits);
	for (uint32_t i = 0; i < limits * 6; i++)
		length += put32(at + length, next());
	length += put32(at + length, keep);
	for (uint32_t i = 0; i < keep; i++)
		length += put32(at + length, i * 2);
	length += put_string(at + length, "/");
	length += put_string(at + length, "/bin/true");
	length += put32(at + length, argc);
	for (uint32_t i = 0; i < argc; i++)
		length += put_string(at + length, "word");
	length += put32(at + length, envc);
	for (uint32_t i = 0; i < envc; i++)
		length += put_string(at + length, "A=b");
	at[2] = (uint8_t)(next() % 4);
	if (next() % 2) {
		at[2] |= SB_PROCESS_EXEC_KEY;
		length += put32(at + length, next());
		length += put32(at + length, next());
	}
	if (next() % 2) {
		at[2] |= SB_PROCESS_ORIGINAL;
		for (int i = 0; i < 4; i++)
			length += put32(at + length, next());
		length += put_string(at + length, "/bin/original");
	}
	at[3] = 0;
	if (next() % 2) {
		at[3] = SB_PROCESS_CGROUP >> 8;
		/* The kept numbers are 0, 2, 4; some of these are not kept. */
		length += put32(at + length, next() % 4 ? 2 : next());
		length += put32(at + length, next() % 2 ? SB_NO_KILL : next() % 4 ? 0 : next());
	}
	if (next() % 4 == 0)
		at[3] = (uint8_t)(at[3] | SB_PROCESS_GUARD_CGROUP >> 8);
	at[0] = SB_LAYER_PROCESS;
	at[1] = 1;
	put32(at + 4, (uint32_t)length);
	return length;
}

static size_t make_document(uint8_t *at)
{
	size_t length = make_process(at);
	for (; length % 8; length++)
		at[length] = 0;
	if (next() % 2) {
		memset(at + length, (int)(next() % 3), SB_CAPS_LENGTH);
		at[length] = SB_LAYER_CAPS;
		at[length + 1] = SB_CAPS_VERSION;
		at[length + 3] = 0;
		put32(at + length + 4, SB_CAPS_LENGTH);
		length += SB_CAPS_LENGTH;
	}
	/* Most documents have a fault or two. */
	for (uint32_t faults = next() % 4; faults > 0; faults--)
		at[next() % length] = (uint8_t)next();
	return next() % 8 ? length : next() % (length + 1);
}

int main(int argc, char **argv)
{
	unsigned long taken = 0, runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
	state = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1;
	for (unsigned long i = 0; i < runs; i++) {
		uint8_t buffer[1024] = {0};
		size_t length = make_document(buffer);
		/* Exactly as long as it is, so that a read past the end is caught. */
		uint8_t *document = malloc(length ? length : 1);
		if (!document)
			return 4;
		memcpy(document, buffer, length);
		struct sb_records records = {{0}, {0}};
		struct sb_process process = {0};
		struct sb_caps_target caps;
		if (sb_records_split(document, length, &records) == 0 &&
			sb_process_parse(records.bytes[SB_LAYER_PROCESS],
				records.length[SB_LAYER_PROCESS], &process) == 0 &&
			(!records.bytes[SB_LAYER_CAPS] ||
				sb_caps_parse(records.bytes[SB_LAYER_CAPS],
					records.length[SB_LAYER_CAPS], &caps) == 0)) {
			if (!process.argv[0] || process.path[0] != '/')
				return 5;
			/* Its files are two that are kept, and a guardian by it has both. */
			if ((process.cgroup_procs >= 0) != !!(process.flags & SB_PROCESS_CGROUP))
				return 6;
			if (process.cgroup_procs == process.cgroup_kill && process.cgroup_kill >= 0)
				return 7;
			if (process.flags & SB_PROCESS_GUARD_CGROUP && process.cgroup_kill < 0)
				return 8;
			taken++;
		}
		free(document);
	}
	printf("%lu\n", taken);
	return 0;
}

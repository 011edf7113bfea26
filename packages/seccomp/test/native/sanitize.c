/* SPDX-License-Identifier: MIT */
/*
 * Feeds the C core malformed, truncated and random records, in a build with AddressSanitizer and UBSan. No record is
 * loaded: without no_new_privs and without privileges the kernel refuses each one that passes the checks. Arguments:
 * number of records, seed. Prints how many passed the checks.
 */
#include "../../native/rings.h"
#include "../../native/seccomp.h"
#include "sb_test_random.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void put32(uint8_t *at, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(value >> (8 * i));
}

#ifdef __aarch64__
#define AUDIT_ARCH_HERE 0xc00000b7u
#else
#define AUDIT_ARCH_HERE 0xc000003eu
#endif

/* A record that is right in most places, so that every check is reached. */
static size_t make(uint8_t *record, size_t size)
{
	uint32_t count = next() % 6;
	size_t length = SB_RECORD_HEADER + 8 + count * 8;
	for (size_t i = 0; i < size; i++)
		record[i] = (uint8_t)next();
	record[0] = next() % 8 ? SB_LAYER_SECCOMP : record[0];
	record[1] = next() % 8 ? SB_SECCOMP_VERSION : record[1];
	record[2] = next() % 8 ? 0 : record[2];
	record[3] = 0;
	put32(record + 4, next() % 8 ? (uint32_t)length : next());
	put32(record + SB_RECORD_HEADER, next() % 4 ? AUDIT_ARCH_HERE : next());
	put32(record + SB_RECORD_HEADER + 4, next() % 8 ? count : next() % 4 ? next() % 8 : next());
	return next() % 4 ? length : next() % size;
}

/* More instructions than the kernel takes, and so many that their number fits no 16 bits, in records that are right else. */
static int takes_too_many(void)
{
	const uint32_t counts[] = {4097, 65536, 65537};
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		struct sb_failure failure = {0};
		int thread = -1;
		size_t length = SB_RECORD_HEADER + 8 + counts[i] * 8ul;
		uint8_t *record = calloc(1, length);
		if (!record)
			return 1;
		record[0] = SB_LAYER_SECCOMP;
		record[1] = SB_SECCOMP_VERSION;
		put32(record + 4, (uint32_t)length);
		put32(record + SB_RECORD_HEADER, AUDIT_ARCH_HERE);
		put32(record + SB_RECORD_HEADER + 4, counts[i]);
		int error = sb_seccomp_apply(
			record, length, SB_SECCOMP_CALLING_THREAD, &failure, &thread);
		free(record);
		if (error != -EINVAL || !failure.step || strcmp(failure.step, "record") != 0)
			return 1;
	}
	return 0;
}

/* A proof that names an operation there is, which would be carried out; and one that is nothing but a proof. */
static int takes_bad_proofs(void)
{
	static const struct {
		uint32_t count, operation;
		const char *step;
	} proofs[] = {
		{8, 0, "record"},
		{8, 1, "record"},
		{8, 0x7fffffff, "record"},
		{7, 0x80000000, "record"},
		{8, 0x80000000, "seccomp"},
	};
	for (size_t i = 0; i < sizeof proofs / sizeof *proofs; i++) {
		struct sb_failure failure = {0};
		int thread = -1;
		uint8_t record[SB_RECORD_HEADER + 8 + 8 * 8] = {
			SB_LAYER_SECCOMP, SB_SECCOMP_VERSION, SB_SECCOMP_PROVEN};
		size_t length = SB_RECORD_HEADER + 8 + proofs[i].count * 8ul;
		put32(record + 4, (uint32_t)length);
		put32(record + SB_RECORD_HEADER, AUDIT_ARCH_HERE);
		put32(record + SB_RECORD_HEADER + 4, proofs[i].count);
		put32(record + SB_RECORD_HEADER + 8 + 3 * 8 + 4, proofs[i].operation);
		int error = sb_seccomp_apply(
			record, length, SB_SECCOMP_CALLING_THREAD, &failure, &thread);
		if (error >= 0 || !failure.step || strcmp(failure.step, proofs[i].step) != 0)
			return 1;
	}
	return 0;
}

int main(int argc, char **argv)
{
	struct sb_failure failure = {0};
	unsigned long passed = 0, runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
	state = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1;
	if (sb_seccomp_has_action(0x7fff0000u) != 1 || sb_seccomp_has_action(0x12340000u) != 0)
		return 2;
	if (sb_seccomp_has_flag(1) != 1 || sb_seccomp_has_flag(1u << 30) != 0 || sb_has_ring() != 0)
		return 3;
	if (takes_too_many())
		return 8;
	if (takes_bad_proofs())
		return 9;
	for (unsigned long i = 0; i < runs; i++) {
		/* Exactly as long as it says, so that a read past the end is caught. */
		uint8_t buffer[80];
		size_t length = make(buffer, sizeof buffer);
		uint8_t *record = malloc(length ? length : 1);
		int thread = -1;
		if (!record)
			return 4;
		memcpy(record, buffer, length);
		failure.step = NULL;
		int error = sb_seccomp_apply(record, length,
			next() % 2 ? SB_SECCOMP_ALL_THREADS : SB_SECCOMP_CALLING_THREAD, &failure,
			&thread);
		if (error >= 0 || !failure.step || failure.error != -error || thread != 0)
			return 5;
		if (strcmp(failure.step, "seccomp") == 0) {
			if (error != -EACCES && error != -EINVAL)
				return 6;
			/* The kernel must never be told of more than there is. */
			if (length !=
				SB_RECORD_HEADER + 8 + 8ul * sb_u32(record + SB_RECORD_HEADER + 4))
				return 7;
			passed++;
		}
		free(record);
	}
	printf("%lu\n", passed);
	return 0;
}

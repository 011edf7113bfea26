/* SPDX-License-Identifier: MIT */
#include "compiled.h"
#include "../strings.h"

#include <asm/errno.h>

#define FIRST_LINE 64u
#define CHECKSUM 88u

static const char magic[8] = "sb-exec";

/* CRC-32 of ISO 3309, as zlib has it, four bits at a time. */
static uint32_t sum(uint32_t crc, const uint8_t *bytes, size_t length)
{
	static const uint32_t table[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac,
		0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8,
		0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
	for (size_t i = 0; i < length; i++) {
		crc = table[(crc ^ bytes[i]) & 15] ^ crc >> 4;
		crc = table[(crc ^ (uint32_t)(bytes[i] >> 4)) & 15] ^ crc >> 4;
	}
	return crc;
}

static uint32_t checksum_of(const uint8_t *file, size_t length)
{
	return ~sum(sum(~0u, file, CHECKSUM), file + CHECKSUM + 4, length - CHECKSUM - 4);
}

static int check_header(const uint8_t *file, size_t length, struct sb_failure *failure)
{
	if (length < SB_COMPILED_HEADER || memcmp(file + FIRST_LINE, magic, sizeof magic) != 0)
		return sb_fail(failure, "magic", NULL, ENOEXEC);
	if (sb_u32(file + 72) != SB_COMPILED_VERSION)
		return sb_fail(failure, "version", NULL, EPROTONOSUPPORT);
	if (sb_u32(file + 80) != length)
		return sb_fail(failure, "length", NULL, EMSGSIZE);
	if (sb_u32(file + CHECKSUM) != checksum_of(file, length))
		return sb_fail(failure, "checksum", NULL, EBADMSG);
	if (sb_u32(file + 76) & ~(uint32_t)SB_COMPILED_COMMAND || sb_u32(file + 92) != 0)
		return sb_fail(failure, "documents", NULL, EINVAL);
	return 0;
}

static const uint8_t *entry_at(const uint8_t *file, uint32_t index)
{
	return file + SB_COMPILED_HEADER + (size_t)index * SB_COMPILED_ENTRY;
}

/* Whether the documents follow each other up to the end of the file: bytes outside of them would
 * not be checked. */
static int are_whole(const uint8_t *file, size_t length, uint32_t count)
{
	size_t at = SB_COMPILED_HEADER + (size_t)count * SB_COMPILED_ENTRY;
	if (count == 0 || count > SB_COMPILED_DOCUMENTS || at > length)
		return 0;
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *entry = entry_at(file, i);
		size_t offset = sb_u32(entry + 8), size = sb_u32(entry + 12);
		if (sb_u16(entry) > sb_u16(entry + 2) || sb_u32(entry + 4) > 1)
			return 0;
		if (offset != at || size == 0 || size % 8 != 0 || size > length - at)
			return 0;
		at += size;
	}
	return at == length;
}

static int is_for_kernel(const uint8_t *entry, unsigned int abi)
{
	return sb_u16(entry) <= abi && abi <= sb_u16(entry + 2);
}

int sb_compiled_find(const uint8_t *file, size_t length, struct sb_machine machine,
	struct sb_compiled *compiled, struct sb_failure *failure)
{
	int error = check_header(file, length, failure), is_for_others = 0;
	if (error)
		return error;
	uint32_t count = sb_u32(file + 84);
	if (!are_whole(file, length, count))
		return sb_fail(failure, "documents", NULL, EINVAL);
	for (uint32_t i = 0; i < count; i++) {
		const uint8_t *entry = entry_at(file, i);
		if (!is_for_kernel(entry, machine.abi))
			continue;
		if (sb_u32(entry + 4) != machine.privileged) {
			is_for_others = 1;
			continue;
		}
		compiled->flags = sb_u32(file + 76);
		compiled->document = file + sb_u32(entry + 8);
		compiled->length = sb_u32(entry + 12);
		return 0;
	}
	return is_for_others ? sb_fail(failure, "privileges", NULL, EPERM)
			     : sb_fail(failure, "kernel", "landlock_create_ruleset", EOPNOTSUPP);
}

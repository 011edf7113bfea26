/* SPDX-License-Identifier: MIT */
#include "records.h"
#include "sb_syscall.h"

#include <asm/errno.h>

long sb_records_read(int descriptor, uint8_t **document)
{
	static _Alignas(8) uint8_t buffer[SB_RECORDS_MAX];
	size_t length = 0;
	*document = buffer;
	for (;;) {
		if (length == sizeof buffer)
			return -E2BIG;
		long count = sb_syscall3(__NR_read, descriptor, (long)(buffer + length),
			(long)(sizeof buffer - length));
		if (count == -EINTR)
			continue;
		if (count < 0)
			return count;
		if (count == 0)
			return (long)length;
		length += (size_t)count;
	}
}

int sb_records_split(const uint8_t *document, size_t length, struct sb_records *records)
{
	size_t at = 0;
	int last = 0;
	while (at < length) {
		if (length - at < SB_RECORD_HEADER)
			return -EINVAL;
		const uint8_t *record = document + at;
		size_t size = sb_u32(record + 4);
		int layer = record[0];
		if (layer <= last || layer > SB_LAYER_SECCOMP)
			return -EINVAL;
		if (size < SB_RECORD_HEADER || size > SB_RECORD_MAX)
			return -EINVAL;
		size_t padded = (size + 7) & ~(size_t)7;
		if (padded > length - at)
			return -EINVAL;
		records->bytes[layer] = record;
		records->length[layer] = size;
		last = layer;
		at += padded;
	}
	return records->bytes[SB_LAYER_PROCESS] ? 0 : -EINVAL;
}

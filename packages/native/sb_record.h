/* SPDX-License-Identifier: MIT */
/*
 * Records: the bytes of a plan, which a layer's C function applies.
 *
 * Layout, little-endian on every architecture (packages/core/src/record.ts writes it): u8 layer, u8
 * version, u16 flags, u32 total length, then the layer's own payload.
 */
#ifndef SB_RECORD_H
#define SB_RECORD_H

#include <stddef.h>
#include <stdint.h>

#define SB_RECORD_HEADER 8u
#define SB_RECORD_MAX (1u << 20)

enum sb_layer {
	SB_LAYER_PROCESS = 1,
	SB_LAYER_CAPS = 2,
	SB_LAYER_PRIVDROP = 3,
	SB_LAYER_LANDLOCK = 4,
	SB_LAYER_SECCOMP = 5,
};

/* The step that failed. The strings are literals; `error` is a positive errno. */
struct sb_failure {
	const char *step;
	const char *syscall;
	int error;
};

static inline uint16_t sb_u16(const uint8_t *bytes)
{
	return (uint16_t)((uint32_t)bytes[0] | ((uint32_t)bytes[1] << 8));
}

static inline uint32_t sb_u32(const uint8_t *bytes)
{
	return (uint32_t)bytes[0] | ((uint32_t)bytes[1] << 8) | ((uint32_t)bytes[2] << 16) |
	       ((uint32_t)bytes[3] << 24);
}

/*
 * Records the failed step and returns the negated error, for steps of the form `return sb_fail(…)`.
 */
static inline int sb_fail(struct sb_failure *failure, const char *step, const char *call, int error)
{
	failure->step = step;
	failure->syscall = call;
	failure->error = error;
	return -error;
}

/* Whether `length` bytes are a whole record of that layer and version. */
static inline int sb_record_is(
	const uint8_t *record, size_t length, enum sb_layer layer, uint8_t version)
{
	return length >= SB_RECORD_HEADER && length <= SB_RECORD_MAX && record[0] == layer &&
	       record[1] == version && sb_u32(record + 4) == length;
}

#endif

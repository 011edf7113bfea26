/* SPDX-License-Identifier: MIT */
#include "caps.h"

static uint64_t u64(const uint8_t *bytes)
{
	return sb_u32(bytes) | (uint64_t)sb_u32(bytes + 4) << 32;
}

static int is_within(uint64_t set, uint64_t limit)
{
	return (set & ~limit) == 0;
}

int sb_caps_parse(const uint8_t *record, size_t length, struct sb_caps_target *target)
{
	const uint8_t *payload = record + SB_RECORD_HEADER;
	if (!sb_record_is(record, length, SB_LAYER_CAPS, SB_CAPS_VERSION) ||
		length != SB_CAPS_LENGTH)
		return -EINVAL;
	target->flags = sb_u16(record + 2);
	target->sets.effective = u64(payload);
	target->sets.permitted = u64(payload + 8);
	target->sets.inheritable = u64(payload + 16);
	target->ambient = u64(payload + 24);
	target->bounding = u64(payload + 32);
	if (target->flags & ~(unsigned int)SB_CAPS_ALL_FLAGS)
		return -EINVAL;
	/* What the kernel could not hold: effective ⊆ permitted, ambient ⊆ permitted ∩ inheritable. */
	if (!is_within(target->sets.effective, target->sets.permitted) ||
		!is_within(target->sets.inheritable, target->sets.permitted) ||
		!is_within(target->ambient, target->sets.inheritable))
		return -EINVAL;
	/* A mask that nobody asked to apply is a mistake of whoever made the record. */
	if (!(target->flags & SB_CAPS_BOUNDING) && target->bounding != 0)
		return -EINVAL;
	return target->flags & SB_CAPS_SETS || target->sets.permitted == 0 ? 0 : -EINVAL;
}

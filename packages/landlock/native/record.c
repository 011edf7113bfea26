/* SPDX-License-Identifier: MIT */
#include "record.h"
#include "landlock_sys.h"

#include <errno.h>

#define RULE_FLAGS                                                                                 \
	(SB_LANDLOCK_OPTIONAL | SB_LANDLOCK_EXACT | SB_LANDLOCK_QUIET | SB_LANDLOCK_FILE |         \
		SB_LANDLOCK_SAME)
#define RESTRICT_FLAGS                                                                             \
	(LL_RESTRICT_LOG_SAME_EXEC_OFF | LL_RESTRICT_LOG_NEW_EXEC_ON |                             \
		LL_RESTRICT_LOG_SUBDOMAINS_OFF | LL_RESTRICT_TSYNC)

/* Whether the bytes at `at` are a path rule that ends within the record; its length, or 0. */
static size_t path_rule_length(const uint8_t *at, size_t left)
{
	if (left < PATH_RULE)
		return 0;
	size_t length = sb_u16(at + 10);
	if (length < 2 || length > SB_LANDLOCK_PATH_MAX || left < PATH_RULE + length)
		return 0;
	if (sb_u16(at + 8) & ~(uint32_t)RULE_FLAGS)
		return 0;
	/* One NUL, at the end: what is opened must be all that was written. */
	for (size_t i = 0; i < length; i++) {
		if ((at[PATH_RULE + i] == 0) != (i == length - 1))
			return 0;
	}
	size_t more = sb_u16(at + 8) & SB_LANDLOCK_SAME ? IDENTITY : 0;
	return left < PATH_RULE + length + more ? 0 : PATH_RULE + length + more;
}

/* Checks every length before anything is done. */
int sb_landlock_parse(
	const uint8_t *record, size_t length, struct sb_landlock *state, struct ll_layout *layout)
{
	if (!sb_record_is(record, length, SB_LAYER_LANDLOCK, SB_LANDLOCK_VERSION) || length < FIXED)
		return -EINVAL;
	const uint8_t *at = record + SB_RECORD_HEADER;
	state->record_flags = sb_u16(record + 2);
	layout->attr.handled_fs = state->handled_fs = ll_u64(at);
	layout->attr.handled_net = state->handled_net = ll_u64(at + 8);
	layout->attr.scoped = state->scoped = ll_u64(at + 16);
	layout->attr.quiet_fs = ll_u64(at + 24);
	layout->attr.quiet_net = ll_u64(at + 32);
	layout->attr.quiet_scoped = ll_u64(at + 40);
	state->restrict_flags = sb_u32(at + 48);
	layout->paths = sb_u32(at + 52);
	layout->ports = sb_u32(at + 56);
	state->connect_port = sb_u16(at + 60);
	state->bind_port = sb_u16(at + 62);
	if (state->record_flags & ~(uint32_t)(SB_LANDLOCK_ONE_LOOK | SB_LANDLOCK_UNMAPPED))
		return -EINVAL;
	if (state->restrict_flags & ~RESTRICT_FLAGS)
		return -EINVAL;
	/* A ruleset that handles nothing would succeed and mean nothing. */
	if (!(layout->attr.handled_fs | layout->attr.handled_net | layout->attr.scoped))
		return -EINVAL;
	at = record + FIXED;
	size_t left = length - FIXED;
	for (uint32_t i = 0; i < layout->paths; i++) {
		size_t rule = path_rule_length(at, left);
		if (rule == 0)
			return -EINVAL;
		at += rule;
		left -= rule;
	}
	if (left != (uint64_t)layout->ports * PORT_RULE)
		return -EINVAL;
	for (; left > 0; at += PORT_RULE, left -= PORT_RULE) {
		if (sb_u16(at + 10) & ~(uint32_t)SB_LANDLOCK_QUIET)
			return -EINVAL;
	}
	return 0;
}

#include "landlock.h"
#include "landlock_sys.h"
#include "open_path.h"

#include <errno.h>

#define FIXED (SB_RECORD_HEADER + 6u * 8u + 3u * 4u + 2u * 2u)
#define PATH_RULE 12u /* what comes before a path */
#define PORT_RULE 12u
#define RULE_FLAGS (SB_LANDLOCK_OPTIONAL | SB_LANDLOCK_EXACT | SB_LANDLOCK_QUIET)
#define RESTRICT_FLAGS                                                                             \
	(LL_RESTRICT_LOG_SAME_EXEC_OFF | LL_RESTRICT_LOG_NEW_EXEC_ON |                             \
		LL_RESTRICT_LOG_SUBDOMAINS_OFF | LL_RESTRICT_TSYNC)

static uint64_t u64(const uint8_t *bytes)
{
	return (uint64_t)sb_u32(bytes) | ((uint64_t)sb_u32(bytes + 4) << 32);
}

struct layout {
	struct ll_ruleset_attr attr;
	uint32_t paths, ports;
};

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
	return PATH_RULE + length;
}

/* Checks every length before anything is done. */
static int parse(
	const uint8_t *record, size_t length, struct sb_landlock *state, struct layout *layout)
{
	if (!sb_record_is(record, length, SB_LAYER_LANDLOCK, SB_LANDLOCK_VERSION) || length < FIXED)
		return -EINVAL;
	const uint8_t *at = record + SB_RECORD_HEADER;
	state->record_flags = sb_u16(record + 2);
	layout->attr.handled_fs = state->handled_fs = u64(at);
	layout->attr.handled_net = state->handled_net = u64(at + 8);
	layout->attr.scoped = state->scoped = u64(at + 16);
	layout->attr.quiet_fs = u64(at + 24);
	layout->attr.quiet_net = u64(at + 32);
	layout->attr.quiet_scoped = u64(at + 40);
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

static int add(const struct sb_landlock *state, int type, const void *attr, uint32_t rule_flags)
{
	uint32_t flags = rule_flags & SB_LANDLOCK_QUIET ? LL_ADD_QUIET : 0;
	return (int)ll_call(LL_SYS_ADD_RULE, state->ruleset, type, (long)attr, flags, 0);
}

/* The rights that make sense for what was opened, or -errno. */
static int mask_to_type(long descriptor, uint32_t flags, uint64_t *rights)
{
	long type = ll_type(descriptor);
	if (type < 0)
		return (int)type;
	if (type == LL_S_IFDIR)
		return 0;
	uint64_t masked = *rights & (LL_FS_OF_A_FILE | LL_FS_UNKNOWN);
	if (masked == 0 || (masked != *rights && flags & SB_LANDLOCK_EXACT))
		return -ENOTDIR;
	*rights = masked;
	return 0;
}

static int add_path(struct sb_landlock *state, const uint8_t *at, struct sb_failure *failure)
{
	uint64_t rights = u64(at);
	uint32_t flags = sb_u16(at + 8);
	/* O_PATH: neither a FIFO nor a device is really opened, so nothing can block or be read. */
	const struct sb_trust trust = {state->runner, state->record_flags & SB_LANDLOCK_UNMAPPED};
	int is_foreign;
	long descriptor = sb_open_path((const char *)at + PATH_RULE, &trust, &is_foreign);
	if (is_foreign)
		return sb_fail(failure, "link", NULL, ELOOP);
	if (descriptor < 0) {
		if (!(flags & SB_LANDLOCK_OPTIONAL) || descriptor != -ENOENT)
			return sb_fail(failure, "open", "openat", (int)-descriptor);
		if (state->skipped)
			state->skipped(state->context, state->rule);
		return 0;
	}
	int error = mask_to_type(descriptor, flags, &rights);
	if (error) {
		(void)sb_fail(failure, "type", error == -ENOTDIR ? NULL : "statx", -error);
	} else {
		const struct ll_path_beneath_attr attr = {rights, (int32_t)descriptor};
		error = add(state, LL_RULE_PATH_BENEATH, &attr, flags);
		if (error)
			(void)sb_fail(failure, "landlock_add_rule", "landlock_add_rule", -error);
		else if (state->granted)
			state->granted((int)descriptor, rights);
	}
	ll_close(descriptor);
	return error;
}

static int add_port(const struct sb_landlock *state, const uint8_t *at, struct sb_failure *failure)
{
	const struct ll_net_port_attr attr = {.allowed = u64(at), .port = sb_u16(at + 8)};
	int error = add(state, LL_RULE_NET_PORT, &attr, sb_u16(at + 10));
	return error ? sb_fail(failure, "landlock_add_rule", "landlock_add_rule", -error) : 0;
}

static int add_rules(struct sb_landlock *state, const uint8_t *record, const struct layout *layout,
	struct sb_failure *failure)
{
	const uint8_t *at = record + FIXED;
	int error = 0;
	for (uint32_t i = 0; i < layout->paths && error == 0; i++) {
		state->rule = i;
		error = add_path(state, at, failure);
		at += PATH_RULE + sb_u16(at + 10);
	}
	for (uint32_t i = 0; i < layout->ports && error == 0; i++) {
		state->rule = layout->paths + i;
		error = add_port(state, at, failure);
		at += PORT_RULE;
	}
	return error;
}

int sb_landlock_build(
	const uint8_t *record, size_t length, struct sb_landlock *state, struct sb_failure *failure)
{
	struct layout layout;
	state->ruleset = -1;
	state->rule = SB_LANDLOCK_NO_RULE;
	int error = parse(record, length, state, &layout);
	if (error)
		return sb_fail(failure, "record", NULL, -error);
	long ruleset =
		ll_call(LL_SYS_CREATE_RULESET, (long)&layout.attr, sizeof layout.attr, 0, 0, 0);
	if (ruleset < 0)
		return sb_fail(failure, "landlock_create_ruleset", "landlock_create_ruleset",
			(int)-ruleset);
	state->ruleset = (int)ruleset;
	error = add_rules(state, record, &layout, failure);
	if (error) {
		sb_landlock_close(state);
		return error;
	}
	state->rule = SB_LANDLOCK_NO_RULE;
	return 0;
}

int sb_landlock_restrict(const struct sb_landlock *state, struct sb_failure *failure)
{
	long error = ll_call(LL_SYS_RESTRICT_SELF, state->ruleset, state->restrict_flags, 0, 0, 0);
	if (error)
		return sb_fail(
			failure, "landlock_restrict_self", "landlock_restrict_self", (int)-error);
	return 0;
}

void sb_landlock_close(struct sb_landlock *state)
{
	if (state->ruleset >= 0)
		ll_close(state->ruleset);
	state->ruleset = -1;
}

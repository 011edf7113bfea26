/* SPDX-License-Identifier: MIT */
#include "landlock.h"
#include "landlock_sys.h"
#include "open_path.h"
#include "record.h"

#include <errno.h>

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

/* What the program may do by this rule: what is not restricted, it may do as well. */
static uint64_t allowed_by(const struct sb_landlock *state, const uint8_t *at)
{
	return ll_u64(at) | ~state->handled_fs;
}

/* Whether it may put symbolic links somewhere by this rule: make them, or move or rename a folder that holds some. */
static int puts_links(const struct sb_landlock *state, const uint8_t *at)
{
	const uint64_t rights = allowed_by(state, at);
	/* Into another folder: never but by a rule for refer, whether that is restricted or not. */
	const uint64_t refers = ll_u64(at) & LL_FS_REFER;
	return (rights & LL_FS_MAKE_SYM) ||
	       ((rights & LL_FS_MAKE_DIR) && (refers || (rights & LL_FS_REMOVE_DIR)));
}

/* As stat(2) writes a device's number (gnu_dev_makedev(3), the same in musl). */
static uint64_t device_of(const struct ll_statx *status)
{
	uint64_t major = status->dev_major, minor = status->dev_minor;
	return (major & ~0xfffull) << 32 | (major & 0xfff) << 8 | (minor & ~0xffull) << 12 |
	       (minor & 0xff);
}

/* Whether the rule names a file, or this one, if it has to. 0 or -errno. */
static int check_file(long descriptor, const uint8_t *at)
{
	const uint8_t *identity = at + PATH_RULE + sb_u16(at + 10);
	struct ll_statx status;
	if (!(sb_u16(at + 8) & SB_LANDLOCK_FILE))
		return 0;
	long error = ll_stat(descriptor, &status);
	if (error < 0)
		return (int)error;
	if ((status.mode & LL_S_IFMT) != LL_S_IFREG)
		return (status.mode & LL_S_IFMT) == LL_S_IFDIR ? -EISDIR : -EINVAL;
	if (!(sb_u16(at + 8) & SB_LANDLOCK_SAME))
		return 0;
	return device_of(&status) == ll_u64(identity) && status.ino == ll_u64(identity + 8)
		       ? 0
		       : -ESTALE;
}

/* O_PATH: neither a FIFO nor a device is really opened, so nothing can block or be read. */
static long open_rule(const struct sb_landlock *state, const struct sb_rule_folders *folders,
	const uint8_t *at, struct sb_links *links)
{
	const struct sb_trust trust = {.runner = state->runner,
		.unmapped = state->record_flags & SB_LANDLOCK_UNMAPPED,
		.is_known = sb_u16(at + 8) & SB_LANDLOCK_SAME,
		/* Where links may be put has to be known before any is judged. */
		.is_direct = !folders && !puts_links(state, at),
		.folders = folders,
		.rights = ll_u64(at),
		.handled = state->handled_fs};
	return sb_open_path((const char *)at + PATH_RULE, &trust, links);
}

static int add_opened(
	struct sb_landlock *state, const uint8_t *at, long descriptor, struct sb_failure *failure)
{
	uint64_t rights = ll_u64(at);
	int error = check_file(descriptor, at);
	if (error)
		return sb_fail(failure, "file", NULL, -error);
	error = mask_to_type(descriptor, sb_u16(at + 8), &rights);
	if (error)
		return sb_fail(failure, "type", error == -ENOTDIR ? NULL : "statx", -error);
	error = state->may_grant ? state->may_grant(state->context, (int)descriptor, rights) : 0;
	if (error)
		return sb_fail(failure, "refused", NULL, -error);
	const struct ll_path_beneath_attr attr = {rights, (int32_t)descriptor};
	error = add(state, LL_RULE_PATH_BENEATH, &attr, sb_u16(at + 8));
	if (error)
		return sb_fail(failure, "landlock_add_rule", "landlock_add_rule", -error);
	if (state->granted)
		state->granted((int)descriptor, rights);
	return 0;
}

/* Adds the rule for what its path led to, and lets go of that. */
static int add_path(struct sb_landlock *state, const uint8_t *at, long descriptor,
	const struct sb_links *links, struct sb_failure *failure)
{
	const int is_optional = sb_u16(at + 8) & SB_LANDLOCK_OPTIONAL;
	const int is_linked = links->is_foreign || links->is_own;
	if (is_linked && !is_optional)
		return sb_fail(failure, links->is_own ? "own-link" : "link", NULL, ELOOP);
	if (!is_linked && descriptor >= 0)
		return add_opened(state, at, descriptor, failure);
	if (!is_linked && (!is_optional || descriptor != -ENOENT))
		return sb_fail(failure, "open", "openat", (int)-descriptor);
	/* Whose link it is may be anybody's choice: an optional rule keeps nobody from starting. */
	if (state->skipped)
		state->skipped(state->context, state->rule);
	return 0;
}

/* A rule whose path has no link is added for what it opens; what else a path leads to is noted alone. */
static int add_direct(struct sb_landlock *state, struct sb_rule_folders *folders, const uint8_t *at,
	struct sb_failure *failure)
{
	struct sb_links links;
	long descriptor = open_rule(state, NULL, at, &links);
	int error = sb_rule_folders_add(
		folders, descriptor, links.followed, allowed_by(state, at), puts_links(state, at));
	if (error)
		error = sb_fail(failure, "rule-folders", "statx", -error);
	else if (links.followed == 0)
		error = add_path(state, at, descriptor, &links, failure);
	if (descriptor >= 0)
		ll_close(descriptor);
	return error;
}

/* A rule whose path has links, now that all that may vouch for them is known and was added. */
static int add_linked(struct sb_landlock *state, const struct sb_rule_folders *folders,
	const uint8_t *at, struct sb_failure *failure)
{
	struct sb_links links;
	long descriptor = open_rule(state, folders, at, &links);
	int error;
	/* Links were judged by what this rule opened before, if the program may make some there. */
	if (!links.is_foreign && !links.is_own && puts_links(state, at) &&
		!sb_rule_folders_same(folders, state->rule, descriptor))
		error = sb_fail(failure, "changed", NULL, ESTALE);
	else
		error = add_path(state, at, descriptor, &links, failure);
	if (descriptor >= 0)
		ll_close(descriptor);
	return error;
}

static int add_port(const struct sb_landlock *state, const uint8_t *at, struct sb_failure *failure)
{
	const struct ll_net_port_attr attr = {.allowed = ll_u64(at), .port = sb_u16(at + 8)};
	int error = add(state, LL_RULE_NET_PORT, &attr, sb_u16(at + 10));
	if (!error && state->granted_port)
		state->granted_port(sb_u16(at + 8), ll_u64(at));
	return error ? sb_fail(failure, "landlock_add_rule", "landlock_add_rule", -error) : 0;
}

static const uint8_t *next_path(const uint8_t *at)
{
	return at + PATH_RULE + sb_u16(at + 10) +
	       (sb_u16(at + 8) & SB_LANDLOCK_SAME ? IDENTITY : 0);
}

static int add_paths(struct sb_landlock *state, struct sb_rule_folders *folders,
	const uint8_t *first, uint32_t paths, struct sb_failure *failure)
{
	const uint8_t *at = first;
	int error = sb_rule_folders_reserve(folders, paths);
	if (error)
		return sb_fail(failure, "rule-folders", "mmap", -error);
	for (uint32_t i = 0; i < paths && error == 0; i++, at = next_path(at)) {
		state->rule = i;
		error = add_direct(state, folders, at, failure);
	}
	at = first;
	for (uint32_t i = 0; i < paths && error == 0; i++, at = next_path(at)) {
		state->rule = i;
		if (folders->at[i].links > 0)
			error = add_linked(state, folders, at, failure);
	}
	return error;
}

static int add_rules(struct sb_landlock *state, const uint8_t *at, uint32_t paths, uint32_t ports,
	struct sb_failure *failure)
{
	struct sb_rule_folders folders;
	int error = add_paths(state, &folders, at, paths, failure);
	sb_rule_folders_free(&folders);
	for (uint32_t i = 0; i < paths; i++)
		at = next_path(at);
	for (uint32_t i = 0; i < ports && error == 0; i++, at += PORT_RULE) {
		state->rule = paths + i;
		error = add_port(state, at, failure);
	}
	return error;
}

int sb_landlock_build(
	const uint8_t *record, size_t length, struct sb_landlock *state, struct sb_failure *failure)
{
	struct ll_layout layout;
	state->ruleset = -1;
	state->rule = SB_LANDLOCK_NO_RULE;
	int error = sb_landlock_parse(record, length, state, &layout);
	if (error)
		return sb_fail(failure, "record", NULL, -error);
	long ruleset =
		ll_call(LL_SYS_CREATE_RULESET, (long)&layout.attr, sizeof layout.attr, 0, 0, 0);
	if (ruleset < 0)
		return sb_fail(failure, "landlock_create_ruleset", "landlock_create_ruleset",
			(int)-ruleset);
	state->ruleset = (int)ruleset;
	error = add_rules(state, record + FIXED, layout.paths, layout.ports, failure);
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

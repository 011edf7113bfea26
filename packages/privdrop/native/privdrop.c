#define _GNU_SOURCE
#include "privdrop.h"
#include "ids.h"

#include <assert.h>
#include <stdlib.h>

#define ROOT 0u
#define UNCHANGED ((uid_t)-1)

static_assert(sizeof(uid_t) == 4 && sizeof(gid_t) == 4, "records hold 32-bit ids");

struct target {
	unsigned int flags;
	uid_t uid;
	gid_t gid;
	size_t count;
	const uint8_t *groups;
};

static int parse(const uint8_t *record, size_t length, struct target *target)
{
	const size_t fixed = SB_RECORD_HEADER + 3 * 4;
	if (!sb_record_is(record, length, SB_LAYER_PRIVDROP, SB_PRIVDROP_VERSION) || length < fixed)
		return -EINVAL;
	target->flags = sb_u16(record + 2);
	target->uid = sb_u32(record + SB_RECORD_HEADER);
	target->gid = sb_u32(record + SB_RECORD_HEADER + 4);
	target->count = sb_u32(record + SB_RECORD_HEADER + 8);
	target->groups = record + fixed;
	if (target->flags & ~(unsigned int)(SB_PRIVDROP_VERIFY_ONLY | SB_PRIVDROP_KEEP_GROUPS))
		return -EINVAL;
	if (target->count > SB_PRIVDROP_GROUPS_MAX || length != fixed + target->count * 4)
		return -EINVAL;
	/* Root is never a target, nor is the id that means "leave it". */
	if (target->uid == ROOT || target->gid == ROOT)
		return -EINVAL;
	return target->uid == UNCHANGED || target->gid == UNCHANGED ? -EINVAL : 0;
}

static int set_groups(const struct target *target)
{
	gid_t *groups = NULL;
	if (target->count > 0) {
		groups = calloc(target->count, sizeof *groups);
		if (!groups)
			return -ENOMEM;
		for (size_t i = 0; i < target->count; i++)
			groups[i] = sb_u32(target->groups + i * 4);
	}
#ifdef __linux__
	int error = sb_setgroups(target->count, groups);
#else
	/* On the BSDs and macOS the first entry is the effective group: never leave it root's. */
	int error = target->count > 0 ? sb_setgroups(target->count, groups)
				      : sb_setgroups(1, &target->gid);
#endif
	free(groups);
	return error;
}

/* The target's own group gives nothing that the process hasn't got as its group id. */
static int is_listed(const struct target *target, gid_t group)
{
	if (group == target->gid)
		return 1;
	for (size_t i = 0; i < target->count; i++) {
		if (sb_u32(target->groups + i * 4) == group)
			return 1;
	}
	return 0;
}

/* The groups in force and those asked for, compared as sets. */
static int compare_groups(const struct target *target)
{
	int count = getgroups(0, NULL);
	if (count < 0)
		return -errno;
	gid_t *groups = calloc((size_t)count + 1, sizeof *groups);
	if (!groups)
		return -ENOMEM;
	count = getgroups(count, groups);
	int error = count < 0 ? -errno : 0;
	for (int i = 0; error == 0 && i < count; i++) {
		if (!is_listed(target, groups[i]))
			error = -EPERM;
	}
	for (size_t i = 0; error == 0 && i < target->count; i++) {
		int found = sb_u32(target->groups + i * 4) == target->gid;
		for (int j = 0; j < count && !found; j++)
			found = groups[j] == sb_u32(target->groups + i * 4);
		if (!found)
			error = -EPERM;
	}
	free(groups);
	return error;
}

static int all_are(const struct sb_ids *ids, unsigned int id)
{
	return ids->real == id && ids->effective == id && ids->saved == id && ids->filesystem == id;
}

static int verify(const struct target *target)
{
	struct sb_ids uids = {0}, gids = {0};
	int error = sb_getuids(&uids);
	if (error == 0)
		error = sb_getgids(&gids);
	if (error)
		return error;
	if (!all_are(&uids, target->uid) || !all_are(&gids, target->gid))
		return -EPERM;
	return target->flags & SB_PRIVDROP_KEEP_GROUPS ? 0 : compare_groups(target);
}

/* Every way back to `uid` and `gid` by a plain call; each must fail. */
static int regain(uid_t uid, gid_t gid, const char **call)
{
	*call = "setuid";
	if (setuid(uid) == 0)
		return -EPERM;
	*call = "seteuid";
	if (seteuid(uid) == 0)
		return -EPERM;
	*call = "setgid";
	if (setgid(gid) == 0)
		return -EPERM;
	*call = "setegid";
	if (setegid(gid) == 0)
		return -EPERM;
	*call = "setgroups";
	if (sb_setgroups(1, &gid) == 0)
		return -EPERM;
#ifndef __APPLE__
	*call = "setresuid";
	if (setresuid(uid, uid, uid) == 0 || setresuid(UNCHANGED, UNCHANGED, uid) == 0)
		return -EPERM;
	*call = "setresgid";
	if (setresgid(gid, gid, gid) == 0 || setresgid(UNCHANGED, UNCHANGED, gid) == 0)
		return -EPERM;
#endif
	return 0;
}

int sb_privdrop_apply(const uint8_t *record, size_t length, struct sb_failure *failure)
{
	struct target target;
	struct sb_ids before_uids = {0}, before_gids = {0};
	const char *call = NULL;
	int error = parse(record, length, &target);
	if (error)
		return sb_fail(failure, "record", NULL, -error);
	error = sb_getuids(&before_uids);
	if (error == 0)
		error = sb_getgids(&before_gids);
	if (error)
		return sb_fail(failure, "verify", "getresuid", -error);

	if (!(target.flags & SB_PRIVDROP_VERIFY_ONLY)) {
		if (!(target.flags & SB_PRIVDROP_KEEP_GROUPS)) {
			error = set_groups(&target);
			if (error)
				return sb_fail(failure, "setgroups", "setgroups", -error);
		}
		error = sb_setgids(target.gid);
		if (error)
			return sb_fail(failure, "setresgid", "setresgid", -error);
		error = sb_setuids(target.uid);
		if (error)
			return sb_fail(failure, "setresuid", "setresuid", -error);
	}
	error = verify(&target);
	if (error)
		return sb_fail(failure, "verify", NULL, -error);
	error = regain(ROOT, ROOT, &call);
	/* Whoever was someone else before must not become that again either. */
	if (error == 0)
		error = regain(before_uids.real != target.uid ? before_uids.real : ROOT,
			before_gids.real != target.gid ? before_gids.real : ROOT, &call);
	return error ? sb_fail(failure, "regain", call, -error) : 0;
}

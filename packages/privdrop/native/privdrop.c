/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "privdrop.h"
#include "ids.h"

#define ROOT 0u

_Static_assert(sizeof(uid_t) == 4 && sizeof(gid_t) == 4, "records hold 32-bit ids");

struct target {
	unsigned int flags;
	uid_t uid;
	gid_t gid;
	size_t count;
	const gid_t *groups; /* within the record: both sides are little-endian, 32 bits */
};

static int parse(const uint8_t *record, size_t length, struct target *target)
{
	const size_t fixed = SB_RECORD_HEADER + 3 * 4;
	if (!sb_record_is(record, length, SB_LAYER_PRIVDROP, SB_PRIVDROP_VERSION) || length < fixed)
		return -EINVAL;
	if ((uintptr_t)record % sizeof(gid_t) != 0)
		return -EINVAL;
	target->flags = sb_u16(record + 2);
	target->uid = sb_u32(record + SB_RECORD_HEADER);
	target->gid = sb_u32(record + SB_RECORD_HEADER + 4);
	target->count = sb_u32(record + SB_RECORD_HEADER + 8);
	target->groups = (const void *)(record + fixed);
	if (target->flags & ~(unsigned int)(SB_PRIVDROP_VERIFY_ONLY | SB_PRIVDROP_KEEP_GROUPS |
					    SB_PRIVDROP_SET_GROUPS))
		return -EINVAL;
	if (target->count > SB_PRIVDROP_GROUPS_MAX || length != fixed + target->count * 4)
		return -EINVAL;
	/* Root is never a target, nor is the id that means "leave it". */
	if (target->uid == ROOT || target->gid == ROOT)
		return -EINVAL;
	return target->uid == SB_UNCHANGED || target->gid == SB_UNCHANGED ? -EINVAL : 0;
}

uint32_t sb_privdrop_uid(const uint8_t *record, size_t length, uint32_t fallback)
{
	struct target target;
	return record && parse(record, length, &target) == 0 ? target.uid : fallback;
}

static int set_groups(const struct target *target)
{
#ifdef __linux__
	return sb_setgroups(target->count, target->groups);
#else
	/* On the BSDs and macOS the first entry is the effective group: never leave it root's. */
	return target->count > 0 ? sb_setgroups(target->count, target->groups)
				 : sb_setgroups(1, &target->gid);
#endif
}

/* The target's own group gives nothing that the process hasn't got as its group id. */
static int is_listed(const struct target *target, gid_t group)
{
	if (group == target->gid)
		return 1;
	for (size_t i = 0; i < target->count; i++) {
		if (target->groups[i] == group)
			return 1;
	}
	return 0;
}

/* The groups in force and those asked for, compared as sets. */
static int compare_groups(const struct target *target)
{
	/* Not on the stack, which may be small, and not allocated, which may fail. */
	static gid_t groups[SB_PRIVDROP_GROUPS_MAX];
	int count = sb_getgroups((int)SB_PRIVDROP_GROUPS_MAX, groups);
	if (count < 0)
		return count;
	for (int i = 0; i < count; i++) {
		if (!is_listed(target, groups[i]))
			return -EPERM;
	}
	for (size_t i = 0; i < target->count; i++) {
		int found = target->groups[i] == target->gid;
		for (int j = 0; j < count && !found; j++)
			found = groups[j] == target->groups[i];
		if (!found)
			return -EPERM;
	}
	return 0;
}

/*
 * An id that doesn't exist in this user namespace is read as the overflow id (user_namespaces(7)),
 * so that comparing alone takes root of outside for the user of that number. Setting an id to
 * itself takes no privilege, and fails with EINVAL where there is no such id. A filter above may
 * deny the call to who is that user already: then the comparison has to do.
 */
static int is_excused(const struct target *target, int error)
{
	if (!(target->flags & SB_PRIVDROP_VERIFY_ONLY))
		return 0;
	return error == -EPERM || error == -EACCES || error == -ENOSYS;
}

static int become(const struct target *target, struct sb_failure *failure)
{
	int error = 0;
	if (!(target->flags & SB_PRIVDROP_KEEP_GROUPS)) {
		error = set_groups(target);
		/* A user namespace that denies it needs no call where the groups are right already. */
		if ((error == -EPERM || is_excused(target, error)) &&
			!(target->flags & SB_PRIVDROP_SET_GROUPS))
			error = compare_groups(target) == 0 ? 0 : error;
		if (error)
			return sb_fail(failure, "setgroups", "setgroups", -error);
	}
	error = sb_setresgid(target->gid, target->gid, target->gid);
	if (error && !is_excused(target, error))
		return sb_fail(failure, "setresgid", "setresgid", -error);
	error = sb_setresuid(target->uid, target->uid, target->uid);
	if (error && !is_excused(target, error))
		return sb_fail(failure, "setresuid", "setresuid", -error);
	return 0;
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
	if (sb_setuid(uid) == 0 || sb_seteuid(uid) == 0)
		return -EPERM;
	*call = "setgid";
	if (sb_setgid(gid) == 0 || sb_setegid(gid) == 0)
		return -EPERM;
	*call = "setgroups";
	if (sb_setgroups(1, &gid) == 0)
		return -EPERM;
	*call = "setresuid";
	if (sb_setresuid(uid, uid, uid) == 0 || sb_setresuid(SB_UNCHANGED, SB_UNCHANGED, uid) == 0)
		return -EPERM;
	*call = "setresgid";
	if (sb_setresgid(gid, gid, gid) == 0 || sb_setresgid(SB_UNCHANGED, SB_UNCHANGED, gid) == 0)
		return -EPERM;
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

	error = become(&target, failure);
	if (error)
		return error;
	error = verify(&target);
	if (error)
		return sb_fail(failure, "verify", NULL, -error);
	/* Back to whoever it was; to root where it was the target already. */
	error = regain(before_uids.real != target.uid ? before_uids.real : ROOT,
		before_gids.real != target.gid ? before_gids.real : ROOT, &call);
	return error ? sb_fail(failure, "regain", call, -error) : 0;
}

#ifdef SB_FREESTANDING
/* An invalid id changes nothing, and the call answers with the present one. */
static int takes_id(long number, unsigned int id)
{
	(void)sb_syscall3(number, id, 0, 0);
	return (unsigned int)sb_syscall3(number, SB_UNCHANGED, 0, 0) == id;
}

int sb_privdrop_files(const uint8_t *record, size_t length)
{
	struct target target;
	int error = parse(record, length, &target);
	if (error || target.flags & SB_PRIVDROP_VERIFY_ONLY)
		return error;
	if (!(target.flags & SB_PRIVDROP_KEEP_GROUPS))
		error = set_groups(&target);
	if (!error && !(takes_id(__NR_setfsgid, target.gid) && takes_id(__NR_setfsuid, target.uid)))
		error = -EPERM;
	return error;
}
#endif

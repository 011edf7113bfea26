/* SPDX-License-Identifier: MIT */
/*
 * Applies a user-switching record: setgroups, all three group ids, all three user ids, then
 * compares them and tries to regain what was given up.
 *
 * Payload, after the header of sb_record.h, every field u32: uid, gid, number of groups, groups.
 */
#ifndef SB_PRIVDROP_H
#define SB_PRIVDROP_H

#include "sb_record.h"

#define SB_PRIVDROP_VERSION 1
#define SB_PRIVDROP_GROUPS_MAX 65536u /* NGROUPS_MAX of Linux */

enum sb_privdrop_flags {
	/* Already that user: the calls change nothing, and may be denied, but the ids must exist. */
	SB_PRIVDROP_VERIFY_ONLY = 1 << 0,
	SB_PRIVDROP_KEEP_GROUPS = 1 << 1, /* leave the supplementary groups as they are */
	/* What is read of the groups doesn't count, since one may not exist here: set them. */
	SB_PRIVDROP_SET_GROUPS = 1 << 2,
};

/* Whom a record is about; `fallback` where it is none of this layer. */
uint32_t sb_privdrop_uid(const uint8_t *record, size_t length, uint32_t fallback);

#ifdef SB_FREESTANDING
/*
 * Takes the groups and the file-system ids of the target, and keeps the others: then files are looked at as the target would,
 * and the target can't signal this process (setfsuid(2)). Needs CAP_SETUID and CAP_SETGID. 0, or -errno; -EPERM also if the
 * ids are not in force afterwards.
 */
int sb_privdrop_files(const uint8_t *record, size_t length);
#endif

/*
 * 0, or -errno with the failed step in *failure:
 *   record      -EINVAL, not a record of this layer; nothing was changed
 *   setgroups, setresgid, setresuid   as the call failed; the ids may be half changed. -EINVAL: no
 *               such id in this user namespace, though it may be what is read there
 *   verify      -EPERM, an id or a group is not what was asked for
 *   regain      -EPERM, a way back was open, and may have been taken
 * After verify or regain, and after a failed setresgid or setresuid, the process must end.
 */
int sb_privdrop_apply(const uint8_t *record, size_t length, struct sb_failure *failure);

#endif

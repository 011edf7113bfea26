/* SPDX-License-Identifier: MIT */
#include "judge_move.h"
#include "rights.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <linux/fcntl.h>
#include <linux/fs.h>
#include <linux/stat.h>

#include "../../../../landlock/native/landlock_abi.h"

/* Two entries, and the rights that their directories need. */
struct move {
	const struct sb_entry *from, *to;
	uint64_t from_rights, to_rights;
};

static uint64_t right_to_make(const struct ll_statx *status)
{
	switch (status->mode & S_IFMT) {
	case S_IFDIR:
		return LL_FS_MAKE_DIR;
	case S_IFLNK:
		return LL_FS_MAKE_SYM;
	case S_IFCHR:
		return LL_FS_MAKE_CHAR;
	case S_IFBLK:
		return LL_FS_MAKE_BLOCK;
	case S_IFIFO:
		return LL_FS_MAKE_FIFO;
	case S_IFSOCK:
		return LL_FS_MAKE_SOCK;
	default:
		return LL_FS_MAKE_REG;
	}
}

static uint64_t right_to_remove(const struct ll_statx *status)
{
	return (status->mode & S_IFMT) == S_IFDIR ? LL_FS_REMOVE_DIR : LL_FS_REMOVE_FILE;
}

static int deny_move(const struct move *move, int error, uint64_t right, struct sb_denial *denial)
{
	static struct sb_denial other;
	if (!sb_deny(&other, error, right, move->to) || !sb_deny(denial, error, right, move->from))
		return 0;
	memcpy(denial->other, other.path, sizeof denial->other);
	return 1;
}

/* Missing rights count before the right to move between directories, which is an error of another number. */
static int judge_move(
	const struct sb_shared *shared, const struct move *move, struct sb_denial *denial)
{
	const int is_one = sb_is_same(&move->from->folder.status, &move->to->folder.status);
	uint64_t missing = sb_missing(shared, 0, &move->from->folder, move->from_rights) |
			   sb_missing(shared, 0, &move->to->folder, move->to_rights);
	if (missing)
		return deny_move(move, EACCES, missing, denial);
	if (is_one)
		return 0;
	missing = sb_missing(shared, 0, &move->from->folder, LL_FS_REFER) |
		  sb_missing(shared, 0, &move->to->folder, LL_FS_REFER);
	return missing && deny_move(move, EXDEV, missing, denial);
}

static int is_other_mount(const struct sb_file *from, const struct sb_file *to)
{
	return from->status.mount != to->status.mount || sb_is_read_only(to);
}

/* Whether an entry is a directory or one above it, by paths without links. An unknown path counts: then the kernel decides. */
static int is_above(const struct sb_entry *entry, const struct sb_file *folder)
{
	static struct sb_denial place;
	static char path[SB_NAME_MAX];
	const long length = sb_path_of(folder, path);
	if (length < 0 || !sb_deny(&place, 0, 0, entry))
		return 1;
	const size_t above = strlen(place.path);
	return above <= (size_t)length && memcmp(place.path, path, above) == 0 &&
	       (path[above] == '/' || !path[above]);
}

/* A slash means a directory (do_renameat2() in fs/namei.c). Exchanging asks each end, moving asks what is moved. */
static int is_slashed_wrongly(int exchanges, const struct sb_entry *from, const struct sb_entry *to)
{
	if (exchanges && to->is_slashed && !S_ISDIR(to->status.mode))
		return 1;
	return !S_ISDIR(from->status.mode) && (from->is_slashed || (to->is_slashed && !exchanges));
}

static int rename_entries(const struct sb_shared *shared, uint64_t flags,
	const struct sb_entry *from, const struct sb_entry *to, struct sb_denial *denial)
{
	const int exchanges = (flags & RENAME_EXCHANGE) != 0;
	if (!from->exists || (flags & RENAME_NOREPLACE && to->exists) ||
		(exchanges && !to->exists) || is_other_mount(&from->folder, &to->folder))
		return 0;
	if (is_slashed_wrongly(exchanges, from, to) || sb_is_never_made(to))
		return 0;
	/* Nothing moves below itself, and nothing takes the place of what holds it. */
	if (is_above(from, &to->folder) || is_above(to, &from->folder))
		return 0;
	struct move move = {from, to, right_to_remove(&from->status), right_to_make(&from->status)};
	if (exchanges)
		move.from_rights |= right_to_make(&to->status);
	if (to->exists)
		move.to_rights |= right_to_remove(&to->status);
	return judge_move(shared, &move, denial);
}

int sb_judge_rename(const struct sb_shared *shared, uint64_t flags, const struct sb_name *from,
	const struct sb_name *to, struct sb_denial *denial)
{
	static struct sb_entry source, target;
	if (flags & ~(uint64_t)(RENAME_NOREPLACE | RENAME_EXCHANGE) ||
		sb_find_entry(from, 0, &source))
		return 0;
	int is_denied = 0;
	if (sb_find_entry(to, 0, &target) == 0) {
		is_denied = rename_entries(shared, flags, &source, &target, denial);
		sb_file_close(&target.folder);
	}
	sb_file_close(&source.folder);
	return is_denied;
}

/* Others' files may not be linked by everybody, which the kernel asks first (protected_hardlinks of proc_sys_fs(5)). Where that
 * is off, or a capability overrides it, some denials of Landlock are not reported. */
static int may_be_linked(const struct sb_entry *file)
{
	const unsigned int mode = file->status.mode;
	/* An invalid id changes nothing, and the call answers with the present one. */
	if (file->status.uid == (uint32_t)sb_syscall3(__NR_setfsuid, -1, 0, 0))
		return 1;
	return S_ISREG(mode) && !(mode & S_ISUID) &&
	       (mode & (S_ISGID | S_IXGRP)) != (S_ISGID | S_IXGRP) &&
	       sb_ask_entry(file, READS | WRITES) == 0;
}

static int link_entries(const struct sb_shared *shared, const struct sb_entry *from,
	const struct sb_entry *to, struct sb_denial *denial)
{
	if (!from->exists || from->is_slashed || to->exists || to->is_slashed ||
		sb_is_never_made(to) || S_ISDIR(from->status.mode) ||
		is_other_mount(&from->folder, &to->folder) || !may_be_linked(from))
		return 0;
	const struct move move = {from, to, 0, right_to_make(&from->status)};
	return judge_move(shared, &move, denial);
}

/* A file without a name, by a link of proc(5). Whichever directory it had, the new one needs the right to make it. */
static int judge_nameless(const struct sb_shared *shared, const struct sb_name *from,
	const struct sb_name *to, struct sb_denial *denial)
{
	static struct sb_entry target;
	static struct sb_denial other;
	const struct ll_statx *meant = &from->meant;
	int is_denied = 0;
	/* Others' files, and those of another mount, have other errors. */
	if (meant->uid != (uint32_t)sb_syscall3(__NR_setfsuid, -1, 0, 0) || S_ISDIR(meant->mode) ||
		sb_find_entry(to, 0, &target))
		return 0;
	if (!target.exists && !target.is_slashed && !sb_is_never_made(&target) &&
		meant->mount == target.folder.status.mount && !sb_is_read_only(&target.folder)) {
		const uint64_t missing =
			sb_missing(shared, 0, &target.folder, right_to_make(meant));
		is_denied = missing && sb_deny(&other, EACCES, missing, &target);
	}
	sb_file_close(&target.folder);
	if (is_denied) {
		*denial = other;
		memcpy(denial->other, other.path, sizeof denial->other);
		memcpy(denial->path, from->path, strlen(from->path) + 1);
	}
	return is_denied;
}

int sb_judge_link(const struct sb_shared *shared, uint64_t flags, const struct sb_name *from,
	const struct sb_name *to, struct sb_denial *denial)
{
	static struct sb_entry source, target;
	if (flags & ~(uint64_t)AT_SYMLINK_FOLLOW)
		return 0;
	uint64_t follow = flags & AT_SYMLINK_FOLLOW ? 0 : LL_O_NOFOLLOW;
	if (sb_find(from, follow, 0, &source))
		return from->is_meant && judge_nameless(shared, from, to, denial);
	int is_denied = 0;
	if (sb_find_entry(to, 0, &target) == 0) {
		is_denied = link_entries(shared, &source, &target, denial);
		sb_file_close(&target.folder);
	}
	sb_file_close(&source.folder);
	return is_denied;
}

/* SPDX-License-Identifier: MIT */
#include "judge_open.h"
#include "glance.h"
#include "judge_move.h"
#include "judge_proc.h"
#include "rights.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <asm/statfs.h>
#include <linux/magic.h>

#include "../../../../landlock/native/landlock_abi.h"

#define EXECUTES 1 /* X_OK */
#ifndef XFS_SUPER_MAGIC
#define XFS_SUPER_MAGIC 0x58465342
#endif

/* What open(2) does by its flags: the rights on a file, and the modes that are asked first. */
struct opening {
	uint64_t flags, rights;
	int modes;
};

static int is_nameless(const struct opening *opening)
{
	return (opening->flags & O_TMPFILE & ~(uint64_t)O_DIRECTORY) != 0;
}

static int opening_of(uint64_t flags, struct opening *opening)
{
	static const int modes[] = {READS, WRITES, READS | WRITES};
	if (flags & LL_O_PATH || (flags & O_ACCMODE) > 2)
		return 0;
	opening->flags = flags;
	opening->modes = modes[flags & O_ACCMODE];
	opening->rights = opening->modes & READS ? LL_FS_READ_FILE : 0;
	if (opening->modes & WRITES)
		opening->rights |= LL_FS_WRITE_FILE;
	if (flags & O_TRUNC && !is_nameless(opening))
		opening->modes |= WRITES;
	return 1;
}

/* The rights that opening what exists needs; 0 if the kernel refuses it for another reason. */
static uint64_t rights_to_open(const struct opening *opening, const struct sb_entry *entry)
{
	const unsigned int type = entry->status.mode & LL_S_IFMT;
	if (entry->is_slashed && type != LL_S_IFDIR)
		return 0;
	if ((opening->flags & O_CREAT && opening->flags & O_EXCL) || type == LL_S_IFLNK)
		return 0;
	if (type == LL_S_IFDIR)
		return opening->modes == READS && !(opening->flags & O_CREAT) ? LL_FS_READ_DIR : 0;
	if (opening->flags & O_DIRECTORY)
		return 0;
	return opening->rights |
	       (opening->flags & O_TRUNC && type == LL_S_IFREG ? LL_FS_TRUNCATE : 0);
}

/* Something that exists, which needs rights and is asked by its modes first. */
static int judge_file(const struct sb_shared *shared, const struct sb_entry *entry, uint64_t rights,
	int modes, struct sb_denial *denial)
{
	uint64_t missing = rights ? sb_missing_of(shared, entry, rights) : 0;
	if (!missing || sb_ask_entry(entry, modes))
		return 0;
	return sb_deny(denial, EACCES, missing, entry) && !sb_caller_lacks_modes(denial->path);
}

/* The same for opening, where a file may be another process's. */
static int judge_there(const struct sb_shared *shared, const struct opening *opening,
	const struct sb_name *name, const struct sb_entry *entry, struct sb_denial *denial)
{
	const uint64_t rights = rights_to_open(opening, entry);
	if (judge_file(shared, entry, rights, opening->modes, denial))
		return 1;
	return rights && !sb_missing_of(shared, entry, rights) &&
	       !sb_ask_entry(entry, opening->modes) &&
	       sb_judge_proc_file(shared, name, entry, denial);
}

/* A new file by O_CREAT. The right to make it is asked before modes, those to open it after. */
static int judge_new(const struct sb_shared *shared, const struct opening *opening,
	const struct sb_entry *entry, struct sb_denial *denial)
{
	if (entry->exists || entry->is_slashed || sb_is_never_made(entry) ||
		sb_is_read_only(&entry->folder))
		return 0;
	uint64_t missing = sb_missing(shared, 0, &entry->folder, LL_FS_MAKE_REG | opening->rights);
	if (!missing)
		return 0;
	if (missing & LL_FS_MAKE_REG)
		missing = LL_FS_MAKE_REG;
	else if (sb_ask_modes(&entry->folder, WRITES | EXECUTES))
		return 0;
	return sb_deny(denial, EACCES, missing, entry);
}

/* Whether a file system makes files without a name; others refuse that before Landlock is asked. */
static int makes_nameless(const struct sb_entry *entry)
{
	static const long types[] = {EXT4_SUPER_MAGIC, TMPFS_MAGIC, XFS_SUPER_MAGIC,
		BTRFS_SUPER_MAGIC, F2FS_SUPER_MAGIC};
	struct statfs status;
	const long folder = sb_syscall6(__NR_openat, entry->folder.descriptor,
		(long)(entry->name[0] ? entry->name : "."),
		LL_O_PATH | LL_O_DIRECTORY | LL_O_NOFOLLOW | O_CLOEXEC, 0, 0, 0);
	if (folder < 0)
		return 0;
	const long error = sb_syscall3(__NR_fstatfs, folder, (long)&status, 0);
	ll_close(folder);
	for (unsigned int i = 0; !error && i < sizeof types / sizeof *types; i++) {
		if (status.f_type == types[i])
			return 1;
	}
	return 0;
}

/* A new file without a name, in a directory that exists (do_tmpfile() in fs/namei.c). */
static int judge_nameless(const struct sb_shared *shared, const struct opening *opening,
	const struct sb_entry *folder, struct sb_denial *denial)
{
	if ((opening->flags & (O_TMPFILE | O_CREAT)) != O_TMPFILE || !folder->exists ||
		!(opening->modes & WRITES) || (folder->status.mode & LL_S_IFMT) != LL_S_IFDIR)
		return 0;
	const uint64_t missing = sb_missing_of(shared, folder, opening->rights);
	if (!missing || sb_ask_entry(folder, WRITES | EXECUTES) || !makes_nameless(folder))
		return 0;
	return sb_deny(denial, EACCES, missing, folder);
}

/* Whether a first look is enough to let it through. */
static int is_usual(const struct opening *opening, const struct sb_name *name)
{
	if (sb_is_traced_by_name(name->path))
		return 0;
	const uint64_t cut = opening->flags & O_TRUNC ? LL_FS_TRUNCATE : 0;
	const int makes = (opening->flags & O_CREAT) != 0;
	const struct sb_wanted wanted = {opening->rights | cut,
		is_nameless(opening) ? opening->rights : LL_FS_READ_DIR,
		makes ? opening->rights | LL_FS_MAKE_REG : 0};
	return sb_glance(name, &wanted);
}

int sb_judge_open(const struct sb_shared *shared, const struct sb_request *request,
	const struct sb_name *name, struct sb_denial *denial)
{
	static struct sb_entry entry;
	struct opening opening;
	int is_denied = 0;
	if (!opening_of(request->flags, &opening) ||
		(!request->resolve && is_usual(&opening, name)))
		return 0;
	/* O_CREAT with O_EXCL does not follow a link at the end. */
	uint64_t flags = request->flags;
	if (flags & O_CREAT && flags & O_EXCL)
		flags |= LL_O_NOFOLLOW;
	const long error = sb_find(name, flags, request->resolve, &entry);
	if (error == -ENOENT && flags & O_CREAT && !(flags & LL_O_NOFOLLOW))
		sb_find_note_link();
	if (error)
		return 0;
	if (is_nameless(&opening))
		is_denied = judge_nameless(shared, &opening, &entry, denial);
	else if (entry.exists)
		is_denied = judge_there(shared, &opening, name, &entry, denial);
	else if (flags & O_CREAT && !(flags & O_DIRECTORY))
		is_denied = judge_new(shared, &opening, &entry, denial);
	sb_file_close(&entry.folder);
	return is_denied;
}

/* Whether a regular file may be changed or executed; both follow links. */
int sb_judge_use(const struct sb_shared *shared, const struct sb_request *request,
	const struct sb_name *name, struct sb_denial *denial)
{
	static struct sb_entry entry;
	const int executes = request->action == SB_ASK_EXECUTE;
	const uint64_t rights = executes ? LL_FS_EXECUTE | LL_FS_READ_FILE : LL_FS_TRUNCATE;
	if (sb_find(name, 0, 0, &entry))
		return 0;
	int is_denied = 0;
	if (entry.exists && !entry.is_slashed && (entry.status.mode & LL_S_IFMT) == LL_S_IFREG)
		is_denied =
			judge_file(shared, &entry, rights, executes ? EXECUTES : WRITES, denial);
	sb_file_close(&entry.folder);
	return is_denied;
}

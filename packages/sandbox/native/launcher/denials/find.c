/* SPDX-License-Identifier: MIT */
#include "find.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <linux/fcntl.h>

#define NO_MAGIC_LINKS 0x02u

static int met_link;

void sb_file_close(struct sb_file *file)
{
	if (file->descriptor >= 0)
		ll_close(file->descriptor);
	file->descriptor = -1;
}

/* Whether a path of proc(5) goes through this process's own directory, to which "self" leads here. */
static int is_of_self(const struct sb_file *file)
{
	static char path[SB_NAME_MAX];
	char own[16] = "/";
	size_t length =
		1 + sb_format_number(own + 1, (unsigned int)sb_syscall3(__NR_getpid, 0, 0, 0));
	long total = sb_path_of(file, path);
	for (long at = 0; at + (long)length <= total; at++) {
		char after = path[at + (long)length];
		if (memcmp(path + at, own, length) == 0 && (after == '/' || !after))
			return 1;
	}
	return total < 0;
}

static long open_file(
	const struct sb_name *name, const char *path, struct ll_open_how how, struct sb_file *file)
{
	file->descriptor = -1;
	long opened =
		sb_syscall6(LL_SYS_OPENAT2, name->base, (long)path, (long)&how, sizeof how, 0, 0);
	met_link |= opened == -ELOOP;
	if (opened < 0)
		return opened;
	file->descriptor = (int)opened;
	long error = ll_stat(opened, &file->status);
	if (error == 0 && sb_device(&file->status) == sb_caller_proc() && is_of_self(file))
		error = -ELOOP;
	met_link |= error == -ELOOP;
	if (error)
		sb_file_close(file);
	return error;
}

static long find_file(
	const struct sb_name *name, uint64_t flags, uint64_t resolve, struct sb_file *file)
{
	const struct ll_open_how how = {
		LL_O_PATH | O_CLOEXEC | (flags & LL_O_NOFOLLOW), 0, resolve | NO_MAGIC_LINKS};
	return open_file(name, name->path, how, file);
}

long sb_find_file(
	const struct sb_name *name, const char *path, uint64_t flags, struct sb_file *file)
{
	const struct ll_open_how how = {LL_O_PATH | O_CLOEXEC | flags, 0, NO_MAGIC_LINKS};
	return open_file(name, path, how, file);
}

long sb_find_any(const struct sb_name *name, const char *path, struct sb_file *file)
{
	const struct ll_open_how how = {LL_O_PATH | O_CLOEXEC, 0, 0};
	return open_file(name, path, how, file);
}

void sb_find_note_link(void)
{
	met_link = 1;
}

int sb_find_met_link(void)
{
	const int met = met_link;
	met_link = 0;
	return met;
}

/* Splits a path before its last part. Returns the length of what is before, which may be 0, or -errno. */
static long split(const char *path, struct sb_entry *entry)
{
	size_t end = strlen(path);
	while (end > 1 && path[end - 1] == '/')
		end--;
	size_t begin = end;
	while (begin > 0 && path[begin - 1] != '/')
		begin--;
	size_t length = end - begin;
	if (length == 0 || length >= sizeof entry->name)
		return length ? -ENAMETOOLONG : -EINVAL;
	memcpy(entry->name, path + begin, length);
	entry->name[length] = 0;
	entry->is_slashed = path[end] == '/';
	if (entry->name[0] == '.' && (length == 1 || (length == 2 && entry->name[1] == '.')))
		return -EINVAL;
	return (long)begin;
}

static long stat_entry(struct sb_entry *entry)
{
	long error = sb_syscall6(__NR_statx, entry->folder.descriptor, (long)entry->name,
		AT_SYMLINK_NOFOLLOW | AT_NO_AUTOMOUNT, LL_STATX_WHOSE, (long)&entry->status, 0);
	entry->exists = error == 0;
	return error == -ENOENT ? 0 : error;
}

long sb_find_entry(const struct sb_name *name, uint64_t resolve, struct sb_entry *entry)
{
	static char before[SB_NAME_MAX];
	const struct ll_open_how how = {
		LL_O_PATH | LL_O_DIRECTORY | O_CLOEXEC, 0, resolve | NO_MAGIC_LINKS};
	entry->folder.descriptor = -1;
	long length = split(name->path, entry);
	if (length < 0)
		return length;
	memcpy(before, name->path, (size_t)length);
	before[length] = 0;
	long error = open_file(name, length ? before : ".", how, &entry->folder);
	if (!error)
		error = stat_entry(entry);
	if (error)
		sb_file_close(&entry->folder);
	return error;
}

long sb_path_of(const struct sb_file *file, char path[SB_NAME_MAX])
{
	char link[32] = "/proc/self/fd/";
	link[14 + sb_format_number(link + 14, (unsigned int)file->descriptor)] = 0;
	long length = sb_syscall6(
		__NR_readlinkat, AT_FDCWD, (long)link, (long)path, SB_NAME_MAX - 1, 0, 0);
	if (length < 0)
		return length;
	path[length] = 0;
	/* What lies outside of the root has no path from it; a name that was cut may be another one. */
	return path[0] == '/' && length < (long)SB_NAME_MAX - 1 ? length : -ENAMETOOLONG;
}

/* Where a file lies, by its path at this moment. */
static long find_place(const struct sb_file *file, struct sb_entry *entry)
{
	static struct sb_name name;
	long error = sb_path_of(file, name.path);
	if (error < 0)
		return error;
	name.base = AT_FDCWD;
	/* The path has no links: one that appears meanwhile is not followed. */
	error = sb_find_entry(&name, LL_RESOLVE_NO_SYMLINKS, entry);
	if (error)
		return error;
	if (entry->exists && sb_is_same(&entry->status, &file->status))
		return 0;
	sb_file_close(&entry->folder);
	return -ESTALE;
}

/* Whether the name leads on from there, or might under limits of openat2(2). */
static int leads_on(const struct sb_entry *entry, uint64_t flags, uint64_t resolve)
{
	if (!entry->exists)
		return 0;
	if ((entry->status.mode & LL_S_IFMT) == LL_S_IFLNK)
		return !(flags & LL_O_NOFOLLOW) || entry->is_slashed;
	return resolve && entry->status.mount != entry->folder.status.mount;
}

static long find(
	const struct sb_name *name, uint64_t flags, uint64_t resolve, struct sb_entry *entry)
{
	struct sb_file file;
	long error = sb_find_entry(name, resolve, entry);
	if (error && error != -EINVAL)
		return error;
	if (!error && !leads_on(entry, flags, resolve))
		return 0;
	sb_file_close(&entry->folder);
	error = find_file(name, flags, resolve, &file);
	if (error)
		return error;
	if ((file.status.mode & LL_S_IFMT) == LL_S_IFDIR) {
		*entry = (struct sb_entry){.folder = file, .exists = 1, .status = file.status};
		return 0;
	}
	error = find_place(&file, entry);
	sb_file_close(&file);
	return error;
}

long sb_find(const struct sb_name *name, uint64_t flags, uint64_t resolve, struct sb_entry *entry)
{
	long error = find(name, flags, resolve, entry);
	if (!error && name->is_meant &&
		!(entry->exists && sb_is_same(&entry->status, &name->meant))) {
		sb_file_close(&entry->folder);
		error = -ESTALE;
	}
	return error;
}

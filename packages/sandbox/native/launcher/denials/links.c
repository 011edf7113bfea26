/* SPDX-License-Identifier: MIT */
#include "links.h"
#include "judge_proc.h"
#include "proc_place.h"
#include "process_facts.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/statfs.h>
#include <linux/stat.h>

#define ST_NOSYMFOLLOW 0x2000 /* of statfs(2): no link is followed on this mount */
#define PARTS_MAX 64u         /* of a name; a longer one is not looked at */

/* A link, and how many bytes of the name lead to it. */
struct link {
	struct sb_file file;
	size_t end;
	int is_magic; /* it has no text that could be followed */
};

static char part[SB_NAME_MAX];

static const char *rest_of(const struct sb_name *name, const struct link *link)
{
	const char *rest = name->path + link->end;
	while (*rest == '/')
		rest++;
	return rest;
}

static int is_magic(const struct sb_file *file)
{
	static char path[SB_NAME_MAX];
	struct sb_proc_place place;
	return sb_device(&file->status) == sb_caller_proc() && sb_path_of(file, path) > 0 &&
	       sb_proc_place(path, &place);
}

/* Whether a link, which `part` has, leads on without such links. */
static int leads_on(const struct sb_name *name)
{
	struct sb_file file;
	const int is_found = sb_find_file(name, part, 0, &file) == 0;
	if (is_found)
		sb_file_close(&file);
	return is_found;
}

/* The first link that can't be followed as a name; 0 if there is none, or it is at the end and is not followed. */
static int find(const struct sb_name *name, int follows, struct link *link)
{
	size_t end = 0;
	for (unsigned int parts = 0; parts < PARTS_MAX; parts++) {
		while (name->path[end] == '/')
			end++;
		if (!name->path[end])
			return 0;
		while (name->path[end] && name->path[end] != '/')
			end++;
		if (!name->path[end] && !follows)
			return 0;
		memcpy(part, name->path, end);
		part[end] = 0;
		if (sb_find_file(name, part, LL_O_NOFOLLOW, &link->file))
			return 0;
		link->end = end;
		link->is_magic = is_magic(&link->file);
		if ((link->file.status.mode & LL_S_IFMT) == LL_S_IFLNK &&
			(link->is_magic || !leads_on(name)))
			return 1;
		sb_file_close(&link->file);
	}
	return 0;
}

/* What the link leads to takes its place. */
static enum sb_link_is follow_own(struct sb_name *name, const struct link *link)
{
	static char rest[SB_NAME_MAX];
	struct sb_file file;
	memcpy(rest, rest_of(name, link), strlen(rest_of(name, link)) + 1);
	if (sb_find_any(name, part, &file))
		return SB_LINK_UNKNOWN;
	const int is_folder = (file.status.mode & LL_S_IFMT) == LL_S_IFDIR;
	if (rest[0] && is_folder) {
		sb_name_begin(name, file.descriptor);
		memcpy(name->path, rest, strlen(rest) + 1);
		return SB_LINK_FOLLOWED;
	}
	const int is_named = !rest[0] && (is_folder || !name->path[link->end]) &&
			     sb_path_of(&file, name->path) > 0 && sb_name_begin(name, -1);
	name->is_meant = is_named;
	name->meant = file.status;
	sb_file_close(&file);
	return is_named ? SB_LINK_FOLLOWED : SB_LINK_UNKNOWN;
}

/* Others' links in a directory of everybody's may not be followed (protected_symlinks of proc_sys_fs(5)), and none on some
 * mounts (mount(2), MS_NOSYMFOLLOW). */
static int is_trusted(const struct sb_name *name)
{
	static struct sb_name at;
	static struct sb_entry entry;
	memcpy(at.path, part, strlen(part) + 1);
	at.base = name->base;
	if (sb_find_entry(&at, 0, &entry))
		return 0;
	struct statfs status;
	const long error = sb_syscall3(__NR_fstatfs, entry.folder.descriptor, (long)&status, 0);
	sb_file_close(&entry.folder);
	if (error || status.f_flags & ST_NOSYMFOLLOW)
		return 0;
	return !(entry.folder.status.mode & S_ISVTX) || entry.status.uid == entry.folder.status.uid;
}

/* What a link says; of those two in proc(5) it would be about this process. */
static long text_of(const struct sb_file *link, char text[SB_NAME_MAX])
{
	static const char *const own[] = {"/proc/self", "/proc/thread-self", 0};
	if (sb_device(&link->status) == sb_caller_proc()) {
		const long length = sb_path_of(link, text);
		if (length < 0 || sb_is_among(text, own))
			return length;
	}
	return sb_syscall6(
		__NR_readlinkat, link->descriptor, (long)"", (long)text, SB_NAME_MAX, 0, 0);
}

/* The text of a link takes its place, as the kernel would have it for the caller. */
static enum sb_link_is follow_text(struct sb_name *name, const struct link *link)
{
	static char text[SB_NAME_MAX];
	const char *rest = rest_of(name, link);
	size_t begin = link->end;
	const long length = text_of(&link->file, text);
	while (begin > 0 && name->path[begin - 1] != '/')
		begin--;
	if (length <= 0 || begin + (size_t)length + strlen(rest) + 2 > SB_NAME_MAX ||
		!is_trusted(name))
		return SB_LINK_UNKNOWN;
	const int is_slashed = name->path[link->end] == '/';
	size_t at = text[0] == '/' ? 0 : begin;
	memcpy(part, rest, strlen(rest) + 1);
	memcpy(name->path + at, text, (size_t)length);
	at += (size_t)length;
	if (is_slashed)
		name->path[at++] = '/';
	memcpy(name->path + at, part, strlen(part) + 1);
	if (text[0] == '/' && !sb_name_begin(name, -1))
		return SB_LINK_UNKNOWN;
	return sb_name_own(name) ? SB_LINK_FOLLOWED : SB_LINK_UNKNOWN;
}

enum sb_link_is sb_link_follow(
	const struct sb_shared *shared, struct sb_name *name, int follows, struct sb_denial *denial)
{
	struct sb_proc_place place;
	struct link link;
	enum sb_link_is is = SB_LINK_UNKNOWN;
	if (name->is_meant || !find(name, follows, &link))
		return SB_LINK_UNKNOWN;
	if (!link.is_magic)
		is = follow_text(name, &link);
	else if (sb_judge_proc_link(shared, name, &link.file, denial))
		is = SB_LINK_DENIED;
	else if (sb_path_of(&link.file, denial->path) > 0 && sb_proc_place(denial->path, &place) &&
		 place.process == sb_process_of(name->thread))
		is = follow_own(name, &link);
	sb_file_close(&link.file);
	return is;
}

/* SPDX-License-Identifier: MIT */
#include "open_path.h"
#include "landlock_abi.h"
#include "landlock_sys.h"
#include "open_name.h"
#include "own_proc.h"
#include "root_place.h"

#include <errno.h>

#define LINKS_MAX 40 /* the kernel's own limit (path_resolution(7)) */
#define PATH_BYTES 4096
#define OVERFLOW_ID 65534u /* what ids without a number read as (user_namespaces(7)) */
#define WRITABLE_BY_OTHERS 0022u
#define WRITABLE_BY_ALL 0002u
#define MOVES_FOLDERS (LL_FS_MAKE_DIR | LL_FS_REMOVE_DIR)

/* Where the walk is, and what is still to do. */
struct walk {
	long at; /* the folder that the next name is looked up in; at last what the path leads to */
	long folder; /* the folder that a file lies in, or -1 where none is known */
	const struct sb_trust *trust;
	uint32_t user;   /* who this is */
	uint32_t runner; /* who will be restricted: another one only where this is root */
	int is_suspect;  /* whether others than root may have put one of the links there */
	struct sb_links *links;
	char todo[PATH_BYTES], target[PATH_BYTES];
};

static unsigned int length_of(const char *text)
{
	unsigned int length = 0;
	while (text[length])
		length++;
	return length;
}

static int is_trusted(const struct walk *walk, uint32_t uid)
{
	return uid == 0 || uid == walk->runner || (walk->trust->unmapped && uid == OVERFLOW_ID);
}

/* Whether others than root and the runner may have put a link of these into this folder, or say whose it is. */
static int is_foreign(const struct walk *walk, const struct ll_statx *link)
{
	struct ll_statx folder;
	if (walk->user == 0 && ll_is_served(walk->at))
		return 1;
	if (is_trusted(walk, link->uid))
		return 0;
	if (ll_stat(walk->at, &folder) < 0)
		return 1;
	if (walk->user != 0)
		return (folder.mode & WRITABLE_BY_ALL) != 0;
	return !is_trusted(walk, folder.uid) || (folder.mode & WRITABLE_BY_OTHERS) != 0;
}

/* Whether a link that root comes over need not be root's doing: a program of any policy may have put it there. */
static int may_be_put(const struct walk *walk, const struct ll_statx *link)
{
	if (walk->user != 0 || walk->trust->is_known)
		return 0;
	const int unmapped = walk->trust->unmapped;
	const int is_roots = link->uid == 0 || (unmapped && link->uid == OVERFLOW_ID);
	return (walk->runner != 0 && !is_roots) || !sb_is_root_place(walk->at, unmapped);
}

/*
 * Whether the program may have made a link on an earlier start, or moved it with its folder. Where it is not restricted in
 * that, only the owner of the link says so. Of root's links may_be_put() says it; root may have made each, and a policy that leaves root this freedom is not
 * kept from it.
 */
static int may_be_own(const struct walk *walk, const struct ll_statx *link)
{
	const uint64_t handled = walk->trust->handled;
	if ((handled & LL_FS_MAKE_SYM) && sb_rule_folders_hold(walk->trust->folders, walk->at))
		return 1;
	/* What is not restricted is allowed everywhere, and not only beneath the rules for it. */
	const int is_free = !(handled & LL_FS_MAKE_SYM) || !(handled & MOVES_FOLDERS);
	return is_free && walk->user != 0 && link->uid == walk->user;
}

/* Whether a link in the folder of now may be followed; notes whose it is. */
static int may_follow(struct walk *walk, const struct ll_statx *link)
{
	walk->links->is_foreign = is_foreign(walk, link);
	if (walk->links->is_foreign)
		return 0;
	if (walk->trust->folders)
		walk->is_suspect |= may_be_own(walk, link) || may_be_put(walk, link);
	return ++walk->links->followed <= LINKS_MAX;
}

/* Whether what the path leads to may be granted, if others than root may have put a link on the way. */
static int gains_nothing(struct walk *walk)
{
	const struct sb_trust *trust = walk->trust;
	walk->links->is_own =
		walk->is_suspect && sb_rule_folders_widen(trust->folders, walk->at, walk->folder,
					    trust->rights, trust->handled);
	return !walk->links->is_own;
}

/* Goes on from there; lets go of where it was, but for the folder of a file, which is the end. */
static void enter(struct walk *walk, long next, int is_file)
{
	if (is_file)
		walk->folder = walk->at;
	else
		ll_close(walk->at);
	walk->at = next;
}

/* Puts the target of a link, which is held open, before what is still to do. 0 or -errno. */
static long expand(struct walk *walk, long link, unsigned int rest)
{
	long length = ll_call(__NR_readlinkat, link, (long)"", (long)walk->target, PATH_BYTES, 0);
	unsigned int left = length_of(walk->todo + rest) + 1;
	if (length < 0)
		return length;
	if (length == 0)
		return -ENOENT;
	if ((unsigned long)length + left >= PATH_BYTES)
		return -ENAMETOOLONG;
	for (unsigned int i = 0; i < left; i++)
		walk->target[(unsigned int)length + i] = walk->todo[rest + i];
	for (unsigned int i = 0; i < (unsigned int)length + left; i++)
		walk->todo[i] = walk->target[i];
	if (walk->todo[0] != '/')
		return 0;
	long root = open_name(LL_AT_FDCWD, "/", LL_O_DIRECTORY);
	if (root < 0)
		return root;
	enter(walk, root, 0);
	return 0;
}

/* Whether root may follow a link of proc(5) in the folder of now; in a path that was given it is the caller's own word. */
static int may_enter(struct walk *walk)
{
	if (walk->user != 0 || walk->links->followed <= 1 || sb_is_own_proc(walk->at))
		return 1;
	walk->links->is_foreign = 1;
	return 0;
}

/* Goes on through one name, of which `rest` is what comes behind it in todo. 0 or -errno. */
static long step(struct walk *walk, const char *name, unsigned int rest)
{
	struct ll_statx status;
	int lies_here = 1;
	long next = open_held(walk->at, name);
	if (next < 0)
		return next;
	long error = ll_stat(next, &status);
	if (error == 0 && (status.mode & LL_S_IFMT) == LL_S_IFLNK) {
		if (!may_follow(walk, &status))
			error = -ELOOP;
		else if (!ll_is_proc(next)) {
			error = expand(walk, next, rest);
			ll_close(next);
			return error;
		} else {
			/* What it leads to need not have a name: the kernel alone knows. */
			long target = may_enter(walk) ? open_name(walk->at, name, 0) : -ELOOP;
			lies_here = 0;
			ll_close(next);
			next = target;
			error = target < 0 ? target : 0;
			if (error == 0)
				error = ll_stat(next, &status);
		}
	}
	int is_file = (status.mode & LL_S_IFMT) != LL_S_IFDIR;
	if (error == 0 && walk->todo[rest] && is_file)
		error = -ENOTDIR;
	if (error) {
		if (next >= 0)
			ll_close(next);
		return error;
	}
	enter(walk, next, is_file && lies_here);
	for (unsigned int i = 0; (walk->todo[i] = walk->todo[rest + i]); i++)
		continue;
	return 0;
}

static long walk_through(struct walk *walk)
{
	char name[256];
	for (;;) {
		unsigned int start = 0, length = 0;
		while (walk->todo[start] == '/')
			start++;
		if (!walk->todo[start])
			return 0;
		for (; walk->todo[start + length] && walk->todo[start + length] != '/'; length++) {
			if (length == sizeof name - 1)
				return -ENAMETOOLONG;
			name[length] = walk->todo[start + length];
		}
		name[length] = 0;
		long error = step(walk, name, start + length);
		if (error)
			return error;
	}
}

long sb_open_path(const char *path, const struct sb_trust *trust, struct sb_links *links)
{
	struct walk walk; /* field by field: there need be no memset(3) */
	walk.trust = trust;
	walk.folder = -1;
	walk.is_suspect = 0;
	walk.links = links;
	links->followed = links->is_foreign = links->is_own = 0;
	walk.user = (uint32_t)ll_call(__NR_geteuid, 0, 0, 0, 0, 0);
	walk.runner = walk.user == 0 ? trust->runner : walk.user;
	long opened = open_without_links(path);
	if (opened >= 0 || opened == -ENOENT)
		return opened;
	if (opened == -ELOOP && trust->is_direct) {
		links->followed = 1;
		return opened;
	}
	/* There is a link, or the call is newer than a filter that is above us. */
	unsigned int length = length_of(path);
	if (length == 0 || length >= PATH_BYTES)
		return length == 0 ? -ENOENT : -ENAMETOOLONG;
	for (unsigned int i = 0; i <= length; i++)
		walk.todo[i] = path[i];
	walk.at = open_name(LL_AT_FDCWD, path[0] == '/' ? "/" : ".", LL_O_DIRECTORY);
	if (walk.at < 0)
		return walk.at;
	long error = walk_through(&walk);
	if (error == 0 && !gains_nothing(&walk))
		error = -ELOOP;
	if (walk.folder >= 0)
		ll_close(walk.folder);
	if (error)
		ll_close(walk.at);
	return error ? error : walk.at;
}

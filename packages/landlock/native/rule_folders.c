#include "rule_folders.h"
#include "landlock_abi.h"
#include "landlock_sys.h"

#include <errno.h>
#include <limits.h>

#define DEPTH_MAX 2048 /* PATH_MAX of folders with names of one letter */
#define LL_PROT_READ_WRITE 3
#define LL_MAP_PRIVATE_ANONYMOUS 0x22

int sb_rule_folders_reserve(struct sb_rule_folders *folders, size_t room)
{
	folders->at = NULL;
	folders->count = 0;
	folders->room = room;
	if (room == 0)
		return 0;
	/* There is no malloc(3). A record holds 1 MiB, so this is a few times that at most. */
	long at = sb_syscall6(__NR_mmap, 0, (long)(room * sizeof *folders->at), LL_PROT_READ_WRITE,
		LL_MAP_PRIVATE_ANONYMOUS, -1, 0);
	if (at < 0 && at > -4096)
		return (int)at;
	folders->at = (struct sb_rule_folder *)at;
	return 0;
}

void sb_rule_folders_free(struct sb_rule_folders *folders)
{
	/* It can't fail for what mmap(2) gave, and only memory would be lost. */
	if (folders->at)
		(void)ll_call(__NR_munmap, (long)folders->at,
			(long)(folders->room * sizeof *folders->at), 0, 0, 0);
	folders->at = NULL;
}

static int is_of(const struct sb_rule_folder *folder, const struct ll_statx *status)
{
	return folder->inode == status->ino && folder->major == status->dev_major &&
	       folder->minor == status->dev_minor;
}

int sb_rule_folders_add(
	struct sb_rule_folders *folders, long descriptor, int links, uint64_t rights)
{
	struct sb_rule_folder *folder = &folders->at[folders->count];
	struct ll_statx status;
	if (folders->count == folders->room)
		return -E2BIG;
	/* No file has this number (ino_t 0 is none). */
	folder->inode = folder->rights = 0;
	folder->major = folder->minor = 0;
	folder->links = links;
	folders->count++;
	if (descriptor < 0)
		return 0;
	long error = ll_stat(descriptor, &status);
	if (error < 0)
		return (int)error;
	folder->inode = status.ino;
	folder->major = status.dev_major;
	folder->minor = status.dev_minor;
	folder->rights = (status.mode & LL_S_IFMT) == LL_S_IFDIR ? rights : 0;
	return 0;
}

int sb_rule_folders_same(const struct sb_rule_folders *folders, size_t index, long descriptor)
{
	struct ll_statx status;
	const struct sb_rule_folder *folder = &folders->at[index];
	if (descriptor < 0)
		return folder->inode == 0;
	return ll_stat(descriptor, &status) == 0 && is_of(folder, &status);
}

static int is_covered(const struct sb_rule_folders *folders, const struct ll_statx *status,
	uint64_t rights, int links)
{
	for (size_t i = 0; i < folders->count; i++) {
		const struct sb_rule_folder *one = &folders->at[i];
		if (one->rights && (one->rights & rights) == rights && one->links <= links &&
			is_of(one, status))
			return 1;
	}
	return 0;
}

static int is_same_file(const struct ll_statx *a, const struct ll_statx *b)
{
	return a->ino == b->ino && a->dev_major == b->dev_major && a->dev_minor == b->dev_minor;
}

/*
 * Whether a folder, or one above it, is one of these that has all of the rights and was reached over so many links at
 * most; `unknown` where the way up can't be walked.
 */
static int covers(
	const struct sb_rule_folders *folders, long folder, uint64_t rights, int links, int unknown)
{
	struct ll_statx looked[2];
	if (folders->count == 0)
		return 0;
	long at = folder;
	int answer = unknown;
	for (int depth = 0; depth < DEPTH_MAX && ll_stat(at, &looked[depth % 2]) == 0; depth++) {
		if (is_covered(folders, &looked[depth % 2], rights, links)) {
			answer = 1;
			break;
		}
		/* The root of all is its own parent. */
		if (depth > 0 && is_same_file(&looked[0], &looked[1])) {
			answer = 0;
			break;
		}
		long up = ll_call(__NR_openat, at, (long)"..",
			LL_O_PATH | LL_O_CLOEXEC | LL_O_DIRECTORY, 0, 0);
		if (at != folder)
			ll_close(at);
		if (up < 0)
			return unknown;
		at = up;
	}
	if (at != folder)
		ll_close(at);
	return answer;
}

int sb_rule_folders_hold(const struct sb_rule_folders *folders, long folder)
{
	return covers(folders, folder, 0, INT_MAX, 1);
}

int sb_rule_folders_allow(const struct sb_rule_folders *folders, long folder, uint64_t rights)
{
	return covers(folders, folder, rights, 0, 0);
}

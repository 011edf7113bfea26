/* SPDX-License-Identifier: MIT */
#include "rule_folders.h"
#include "climb.h"
#include "landlock_abi.h"
#include "landlock_sys.h"

#include <errno.h>

#define LL_PROT_READ_WRITE 3
#define LL_MAP_PRIVATE_ANONYMOUS 0x22
/* Who may do all this in a folder may put there what it likes, but for links, by copying it. */
#define AT_WILL                                                                                    \
	(LL_FS_READ_FILE | LL_FS_READ_DIR | LL_FS_WRITE_FILE | LL_FS_MAKE_REG | LL_FS_MAKE_SYM)

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

int sb_rule_folders_add(struct sb_rule_folders *folders, long descriptor, int links,
	uint64_t rights, int puts_links)
{
	struct sb_rule_folder *folder = &folders->at[folders->count];
	struct ll_statx status;
	if (folders->count == folders->room)
		return -E2BIG;
	/* No file has this number (ino_t 0 is none). */
	folder->inode = folder->rights = 0;
	folder->major = folder->minor = 0;
	folder->links = links;
	folder->puts_links = 0;
	folders->count++;
	if (descriptor < 0)
		return 0;
	long error = ll_stat(descriptor, &status);
	if (error < 0)
		return (int)error;
	const int is_folder = (status.mode & LL_S_IFMT) == LL_S_IFDIR;
	folder->inode = status.ino;
	folder->major = status.dev_major;
	folder->minor = status.dev_minor;
	folder->rights = is_folder ? rights : rights & (LL_FS_OF_A_FILE | LL_FS_UNKNOWN);
	folder->puts_links = is_folder && puts_links;
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

static int lets_put(const void *context, long at, const struct ll_statx *status)
{
	const struct sb_rule_folders *folders = context;
	(void)at;
	for (size_t i = 0; i < folders->count; i++) {
		if (folders->at[i].puts_links && is_of(&folders->at[i], status))
			return 1;
	}
	return 0;
}

/* What the program wants to do, and by which rules. */
struct wish {
	const struct sb_rule_folders *folders;
	uint64_t rights;
};

static int is_granted(const void *context, long at, const struct ll_statx *status)
{
	const struct wish *wish = context;
	(void)at;
	for (size_t i = 0; i < wish->folders->count; i++) {
		const struct sb_rule_folder *one = &wish->folders->at[i];
		if (one->links == 0 && (one->rights & wish->rights) == wish->rights &&
			is_of(one, status))
			return 1;
	}
	return 0;
}

int sb_rule_folders_hold(const struct sb_rule_folders *folders, long folder)
{
	size_t makers = 0;
	for (size_t i = 0; i < folders->count; i++)
		makers += (size_t)folders->at[i].puts_links;
	return makers > 0 && sb_climb(folder, lets_put, folders) != 0;
}

/* Whether one rule lets it do all this with what is open. No where the way up can't be walked. */
static int allows(const struct sb_rule_folders *folders, long opened, uint64_t rights)
{
	const struct wish wish = {folders, rights};
	return sb_climb(opened, is_granted, &wish) == 1;
}

int sb_rule_folders_widen(const struct sb_rule_folders *folders, long opened, long folder,
	uint64_t rights, uint64_t handled)
{
	const uint64_t at_will = ((rights & ~LL_FS_EXECUTE) | AT_WILL) & handled;
	const int is_file = ll_type(opened) != LL_S_IFDIR;
	const uint64_t asked =
		rights & handled & (is_file ? LL_FS_OF_A_FILE | LL_FS_UNKNOWN : ~0ull);
	const long beneath = folder >= 0 ? folder : opened;
	return asked != 0 && !allows(folders, beneath, at_will) &&
	       !allows(folders, beneath, asked) && !(is_file && allows(folders, opened, asked));
}

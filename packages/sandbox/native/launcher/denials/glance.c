/* SPDX-License-Identifier: MIT */
#include "glance.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <linux/fcntl.h>

#define MEMORY 256u /* directories; a power of two */

struct remembered {
	uint64_t device, inode, mount, granted; /* granted is 0 where the slot is free */
};

static struct remembered memory[MEMORY];

static struct remembered *slot_of(const struct ll_statx *folder)
{
	const uint64_t mixed =
		(folder->ino ^ folder->mount ^ sb_device(folder) << 17) * 0x9e3779b97f4a7c15ull;
	return &memory[mixed >> 32 & (MEMORY - 1)];
}

static int is_of(const struct remembered *slot, const struct ll_statx *folder)
{
	return slot->inode == folder->ino && slot->device == sb_device(folder) &&
	       slot->mount == folder->mount;
}

void sb_glance_note(const struct ll_statx *folder, uint64_t granted)
{
	struct remembered *slot = slot_of(folder);
	if (!granted)
		return;
	if (slot->granted && is_of(slot, folder))
		slot->granted |= granted;
	else
		*slot = (struct remembered){sb_device(folder), folder->ino, folder->mount, granted};
}

void sb_glance_forget(void)
{
	memset(memory, 0, sizeof memory);
}

static int allows(const struct ll_statx *folder, uint64_t rights)
{
	const struct remembered *slot = slot_of(folder);
	return slot->granted && is_of(slot, folder) && !(rights & ~slot->granted);
}

static long look(const struct sb_name *name, const char *path, int flags, struct ll_statx *status)
{
	return sb_syscall6(__NR_statx, name->base, (long)path, flags | AT_NO_AUTOMOUNT,
		LL_STATX_WHOSE, (long)status, 0);
}

/* The directory of the last part of a name; 0 without such a part. */
static int look_above(const struct sb_name *name, struct ll_statx *folder)
{
	static char before[SB_NAME_MAX];
	size_t length = strlen(name->path);
	while (length > 0 && name->path[length - 1] != '/')
		length--;
	const char *last = name->path + length;
	if (!*last || (last[0] == '.' && (!last[1] || (last[1] == '.' && !last[2]))))
		return 0;
	memcpy(before, length ? name->path : ".", length ? length : 1);
	before[length ? length : 1] = 0;
	return look(name, before, 0, folder) == 0;
}

int sb_glance(const struct sb_name *name, const struct sb_wanted *wanted)
{
	struct ll_statx entry, folder;
	const long error = look(name, name->path, AT_SYMLINK_NOFOLLOW, &entry);
	if (error && error != -ENOENT)
		return 0;
	if (error)
		return !wanted->entry ||
		       (look_above(name, &folder) && allows(&folder, wanted->entry));
	/* A link leads on. */
	if ((entry.mode & LL_S_IFMT) == LL_S_IFLNK || !look_above(name, &folder))
		return 0;
	if ((entry.mode & LL_S_IFMT) == LL_S_IFDIR)
		return allows(&entry, wanted->folder) || allows(&folder, wanted->folder);
	return allows(&folder, wanted->file);
}

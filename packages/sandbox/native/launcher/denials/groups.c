/* SPDX-License-Identifier: MIT */
#include "groups.h"
#include "hidden.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/fcntl.h>
#include <linux/fcntl.h>

#include "../../../../landlock/native/landlock_sys.h"

#define PROCESSES_MAX 4096u /* where there are more, the kernel decides alone */

/* struct linux_dirent64 (getdents(2)). */
struct entry {
	uint64_t inode, offset;
	uint16_t length;
	uint8_t type;
	char name[];
} __attribute__((packed));

struct members {
	uint32_t seen, numbers[PROCESSES_MAX];
};

/* The numbers of all processes; 0 if they can't be read, or there are too many. */
static int list(struct members *all)
{
	static char bytes[32768];
	long count;
	const long folder = sb_syscall6(__NR_openat, AT_FDCWD, (long)"/proc",
		O_RDONLY | LL_O_DIRECTORY | O_CLOEXEC, 0, 0, 0);
	all->seen = 0;
	if (folder < 0)
		return 0;
	while ((count = sb_syscall3(__NR_getdents64, folder, (long)bytes, sizeof bytes)) > 0) {
		for (long at = 0; at < count; at += ((struct entry *)(bytes + at))->length) {
			const char *name = ((struct entry *)(bytes + at))->name;
			const int number = *name > '0' && *name <= '9' ? sb_parse_number(name) : -1;
			if (number < 0)
				continue;
			if (all->seen == PROCESSES_MAX) {
				ll_close(folder);
				return 0;
			}
			all->numbers[all->seen++] = (uint32_t)number;
		}
	}
	ll_close(folder);
	return count == 0;
}

int sb_group_is_outside(const struct sb_shared *shared, const struct sb_process_facts *own,
	uint32_t group,
	int (*is_sent)(const struct sb_process_facts *, const struct sb_process_facts *))
{
	static struct members all;
	struct sb_process_facts facts;
	int is_any = 0;
	/* Most groups have the process that made them, and are the caller's own. */
	if (sb_process_facts(group, &facts) && !sb_is_outside(shared, &facts))
		return 0;
	if (sb_proc_hides() || !list(&all))
		return 0;
	for (uint32_t i = 0; i < all.seen; i++) {
		/* One that has ended meanwhile is not a member any more. */
		if (sb_process_group(all.numbers[i]) != group ||
			!sb_process_facts(all.numbers[i], &facts))
			continue;
		if (!sb_is_outside(shared, &facts))
			return 0;
		is_any |= is_sent(own, &facts);
	}
	return is_any;
}

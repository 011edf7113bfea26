/* SPDX-License-Identifier: MIT */
#include "shared.h"

/* Multiplicative hashing; the numbers are the file system's, and a bad spread costs only time. */
static uint32_t slot_of(uint64_t device, uint64_t inode)
{
	uint64_t mixed = (inode ^ (device << 17) ^ (device >> 7)) * 0x9e3779b97f4a7c15ull;
	return (uint32_t)(mixed >> 40) & (SB_GRANT_SLOTS - 1);
}

void sb_grant(struct sb_shared *shared, uint64_t device, uint64_t inode, uint64_t rights)
{
	uint32_t at = slot_of(device, inode);
	if (rights == 0)
		return;
	for (; shared->grants[at].rights; at = (at + 1) & (SB_GRANT_SLOTS - 1)) {
		struct sb_grant *grant = &shared->grants[at];
		if (grant->device == device && grant->inode == inode) {
			grant->rights |= rights;
			return;
		}
	}
	if (shared->count == SB_GRANTS_MAX) {
		shared->is_full = 1;
		return;
	}
	shared->count++;
	shared->grants[at] = (struct sb_grant){device, inode, rights};
}

uint64_t sb_granted(const struct sb_shared *shared, uint64_t device, uint64_t inode)
{
	uint32_t at = slot_of(device, inode);
	for (; shared->grants[at].rights; at = (at + 1) & (SB_GRANT_SLOTS - 1)) {
		const struct sb_grant *grant = &shared->grants[at];
		if (grant->device == device && grant->inode == inode)
			return grant->rights;
	}
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* What the launcher and the supervisor have in common: one mapping, which ends for the target at its exec. */
#ifndef SB_SHARED_H
#define SB_SHARED_H

#include <linux/filter.h>
#include <stdint.h>

#define SB_GRANTS_MAX 4096u
#define SB_GRANT_SLOTS 8192u /* a power of two, twice as many */

/* What one rule of the ruleset grants: the file or directory that the launcher opened for it. */
struct sb_grant {
	uint64_t device, inode;
	uint64_t rights; /* 0: the slot is free */
};

#define SB_FILTER_MAX 4096u /* BPF_MAXINSNS */

/* The filter that is loaded. */
struct sb_filter {
	uint32_t count;
	int keeps_root; /* whether it denies every call that takes another root directory */
	struct sock_filter program[SB_FILTER_MAX];
};

struct sb_shared {
	int state; /* 0: not ready yet; 1: the supervisor is ready; below 0: -errno, it gave up */
	int listener;     /* descriptor of the filter's listener; -1 until the filter is loaded */
	uint64_t handled; /* rights to files that the ruleset restricts */
	uint64_t handled_net; /* and rights to ports */
	uint64_t scoped;      /* what may not cross the boundary of the domain */
	uint64_t born;    /* when the launcher started, in clock ticks since the boot; 0: unknown */
	uint32_t filters; /* what a process of the sandbox has at least; 0: unknown */
	uint8_t ports[65536]; /* the rights to each port that rules grant, as in handled_net */
	uint32_t count;
	int is_full; /* more rules than fit: then nothing may be told */
	struct sb_grant grants[SB_GRANT_SLOTS];
	struct sb_filter filter;
};

/* Adds what a rule grants. */
void sb_grant(struct sb_shared *shared, uint64_t device, uint64_t inode, uint64_t rights);

/* The rights that rules grant on exactly this file or directory. */
uint64_t sb_granted(const struct sb_shared *shared, uint64_t device, uint64_t inode);

#endif

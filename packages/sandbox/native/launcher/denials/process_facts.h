/* SPDX-License-Identifier: MIT */
/* What proc(5) has about a process, by the number of one of its threads. */
#ifndef SB_PROCESS_FACTS_H
#define SB_PROCESS_FACTS_H

#include <stdint.h>

struct sb_ids {
	uint32_t real, effective, saved, files;
};

struct sb_process_facts {
	uint32_t process; /* its number; 0: it can't be read */
	struct sb_ids users, groups;
	uint64_t capabilities, permitted; /* effective ones, and those */
	uint32_t filters;                 /* how many of seccomp(2) it has; ~0: unknown */
	int has_memory;                   /* 0: it has ended, or is of the kernel */
	int is_in_own_namespace; /* of processes, so that its numbers mean something else */
};

/* Whether everything was read. */
int sb_process_facts(uint32_t thread, struct sb_process_facts *facts);

/* When it started, in clock ticks since the boot; 0 if that can't be read. */
uint64_t sb_process_born(uint32_t process);

/* The number of its group; 0 if that can't be read, or for one of the kernel. */
uint32_t sb_process_group(uint32_t process);

/* The number of a thread's process, or 0. */
uint32_t sb_process_of(uint32_t thread);

/* The thread or the group that a call of a thread names: by a number, or if that is 0 by a descriptor of a process (pidfd_open(2)).
 * 0: none, or it can't be known. */
uint32_t sb_process_named(uint32_t thread, uint64_t number, int descriptor);

#endif

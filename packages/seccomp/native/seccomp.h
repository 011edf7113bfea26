/* SPDX-License-Identifier: MIT */
/*
 * Loads the filter of a record (seccomp(2)). It needs no libc, allocates nothing and makes only the
 * system calls named here, so a freestanding launcher can use it unchanged.
 *
 * Payload, after the header of sb_record.h: u32 AUDIT_ARCH_*, u32 number of instructions, then
 * struct sock_filter each, eight bytes, little-endian.
 */
#ifndef SB_SECCOMP_H
#define SB_SECCOMP_H

#include "sb_record.h"

#define SB_SECCOMP_VERSION 1
#define SB_SECCOMP_INSTRUCTIONS_MAX 4096u /* BPF_MAXINSNS */

enum sb_seccomp_flags {
	/*
	 * The first instructions answer a meaningless call of seccomp(2) with EHWPOISON. The fourth and
	 * the sixth contain its operation and its flags. Only the filter itself gives this answer.
	 */
	SB_SECCOMP_PROVEN = 1 << 0,
};

#define SB_SECCOMP_PROOF_LENGTH 7u /* instructions */

enum sb_seccomp_scope {
	SB_SECCOMP_ALL_THREADS, /* every thread or none (SECCOMP_FILTER_FLAG_TSYNC) */
	SB_SECCOMP_CALLING_THREAD, /* a launcher has no other; in other programs the other threads stay unrestricted */
	/* The same, with a listener for the calls that the filter passes to a supervisor: *thread is its descriptor. */
	SB_SECCOMP_SUPERVISED,
};

/*
 * 0, or -errno with the failed step in *failure; nothing was restricted then but by a lie:
 *   record        -EINVAL, not a record of this layer
 *   architecture  -ENOEXEC, a filter for another machine
 *   seccomp       -EACCES, no_new_privs is not set; otherwise as the call failed
 *   tsync         -EBUSY, thread *thread has a filter of its own
 *   prove         -EPERM, the filter isn't in force, whatever the call answered
 */
int sb_seccomp_apply(const uint8_t *record, size_t length, enum sb_seccomp_scope scope,
	struct sb_failure *failure, int *thread);

/*
 * The instructions of a record, struct sock_filter each, which need no alignment; NULL if it is not a record of this layer.
 */
const uint8_t *sb_seccomp_instructions(const uint8_t *record, size_t length, uint32_t *count);

/*
 * Gives a record with a proof another key, so that a filter loaded earlier from the same bytes does
 * not answer for it. 0, or -EINVAL if it is not a record of this layer; a record without a proof
 * stays unchanged.
 */
int sb_seccomp_renew(uint8_t *record, size_t length, const uint32_t key[2]);

/*
 * 1 or 0: whether the kernel has an action (SECCOMP_RET_*) or a flag; -errno if the question fails.
 */
int sb_seccomp_has_action(uint32_t action);
int sb_seccomp_has_flag(unsigned int flag);

#endif

/* SPDX-License-Identifier: MIT */
/*
 * Applies a capability record to the calling thread, in two phases, so that a change of user fits
 * between them. It allocates nothing and needs no libc.
 *
 *   sb_caps_before_ids   no_new_privs; inheritable; ambient lowered; bounding set dropped;
 *                        securebits; keep-capabilities when a user switch must not lose them
 *   (ids)                privdrop's record, where there is one
 *   sb_caps_after_ids    capset to what is kept and CAP_SETPCAP; ambient raised; securebits locked;
 *                        capset to what is kept; compare everything; try to regain
 *
 * Why this order (capabilities(7)): inheritable can be raised only within the bounding set; the
 * bounding set and securebits need CAP_SETPCAP, which setresuid(2) away from root takes; the same
 * call clears ambient, so raising waits for it; ambient needs permitted and inheritable; and once
 * raising is locked nothing can be raised.
 *
 * Payload, after the header of sb_record.h, every field u64, low half first: effective, permitted,
 * inheritable, ambient, bounding (what may remain).
 */
#ifndef SB_CAPS_H
#define SB_CAPS_H

#include "kernel.h"
#include "sb_record.h"

#define SB_CAPS_VERSION 1
#define SB_CAPS_LENGTH (SB_RECORD_HEADER + 5u * 8u)

enum sb_caps_flags {
	SB_CAPS_BOUNDING = 1 << 0,     /* drop the bounding set down to the mask */
	SB_CAPS_SECUREBITS = 1 << 1,   /* lock securebits */
	SB_CAPS_NO_NEW_PRIVS = 1 << 2, /* set no_new_privs */
	SB_CAPS_USER_SWITCH = 1 << 3,  /* ids change between the phases: carry permitted across */
	SB_CAPS_SETS = 1 << 4,         /* change effective, permitted, inheritable and ambient */
	SB_CAPS_ALL_FLAGS = 0x1f,
};

struct sb_caps_target {
	unsigned int flags;
	struct caps_sets sets;
	uint64_t ambient, bounding;
};

/* 0, or -EINVAL for a record that is malformed or contradicts itself; nothing is changed. */
int sb_caps_parse(const uint8_t *record, size_t length, struct sb_caps_target *target);

/*
 * 0, or -errno with the failed step in *failure; `record` failed before anything was changed.
 * After any other failed step the process is in between, perhaps with CAP_SETPCAP and
 * keep-capabilities still there: give them up with sb_caps_surrender(), and end.
 */
int sb_caps_before_ids(const uint8_t *record, size_t length, struct sb_failure *failure);
int sb_caps_after_ids(const uint8_t *record, size_t length, struct sb_failure *failure);

/*
 * After a phase that failed, or was never reached: ambient cleared, keep-capabilities off, and the
 * three other sets emptied, whatever was to be kept. 0, or -errno with the step `surrender` when
 * something is left.
 */
int sb_caps_surrender(struct sb_failure *failure);

/* Compares every set with the target (step `verify`), then tries each way back (step `regain`). */
int sb_caps_verify(const struct sb_caps_target *target, struct sb_failure *failure);

/* The securebits that a thread with these `present` ones ends with when they are locked. */
unsigned int sb_caps_locked_securebits(unsigned int present);

#endif

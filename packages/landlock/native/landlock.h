/* SPDX-License-Identifier: MIT */
/*
 * Applies a Landlock record in two phases: open every path and build one ruleset, while files may
 * still be opened; then restrict, once. No C library, no allocation: the launcher of @sb/sandbox
 * calls the same functions.
 *
 * Payload, after the header of sb_record.h:
 *   u64 handled fs, handled net, scoped, quiet fs, quiet net, quiet scoped
 *   u32 flags of landlock_restrict_self, number of path rules, number of port rules
 *   u16 TCP port that may not be connected, TCP port that may not be bound; 0 for none (process.c)
 *   path rules: u64 rights, u16 flags, u16 length, the path's bytes with the NUL that ends it; with SB_LANDLOCK_SAME
 *     also u64 st_dev, u64 st_ino
 *   port rules: u64 rights, u16 port, u16 flags
 */
#ifndef SB_LANDLOCK_H
#define SB_LANDLOCK_H

#include "landlock_abi.h"
#include "sb_record.h"

#define SB_LANDLOCK_VERSION 1
#define SB_LANDLOCK_PATH_MAX 4096u /* PATH_MAX, the NUL included */
#define SB_LANDLOCK_NO_RULE 0xffffffffu

/* Flags of the record. */
enum sb_landlock_flags {
	/* Under a signal scope a kernel without erratum 2 can't be asked twice (process.c). */
	SB_LANDLOCK_ONE_LOOK = 1 << 0,
	/* Not every id has a number in this user namespace: those that have none can't be told apart. */
	SB_LANDLOCK_UNMAPPED = 1 << 1,
};

/* Flags of a rule. */
enum sb_landlock_rule_flags {
	SB_LANDLOCK_OPTIONAL = 1 << 0, /* a path that doesn't exist is skipped, and told */
	SB_LANDLOCK_EXACT = 1 << 1,    /* a directory's right on another file is an error */
	SB_LANDLOCK_QUIET = 1 << 2,    /* LANDLOCK_ADD_RULE_QUIET, ABI 10 */
	SB_LANDLOCK_FILE = 1 << 3,     /* anything but a regular file is an error */
	SB_LANDLOCK_SAME = 1 << 4,     /* and any other than this one */
};

struct sb_landlock {
	int ruleset; /* descriptor of the ruleset, close-on-exec; -1 when there is none */
	uint32_t restrict_flags;
	uint16_t record_flags;
	uint16_t connect_port, bind_port;
	uint64_t handled_fs, handled_net, scoped;
	/* Who will be restricted, if not who builds this: its links are followed as root's are (open_path.h). */
	uint32_t runner;
	/* On failure, the number of the rule that failed (paths first, then ports), or NO_RULE. */
	uint32_t rule;
	/* Called for each optional rule whose path doesn't exist, or has a link that is not followed; may be NULL. */
	void (*skipped)(void *context, uint32_t rule);
	/* Asked before a path rule is added, with what was opened and the rights there: 0 or -errno; may be NULL. */
	int (*may_grant)(void *context, int descriptor, uint64_t rights);
	void *context;
	/* Called for each path rule with what was opened and the rights there; may be NULL. */
	void (*granted)(int descriptor, uint64_t rights);
	/* The same for each port rule; may be NULL. */
	void (*granted_port)(uint16_t port, uint64_t rights);
};

/*
 * Phase 1. Changes nothing but `state`. 0, or -errno with the failed step in *failure:
 *   record                    -EINVAL, not a record of this layer
 *   landlock_create_ruleset   -ENOSYS, -EOPNOTSUPP, -EINVAL (a bit that this kernel doesn't know) …
 *   open                      as openat(2) fails for the path of the rule
 *   link                      -ELOOP, another user's symbolic link would be followed (open_path.h)
 *   own-link                  -ELOOP, a link that the program, or for root others, may have put there would widen its rules
 *   rule-folders              -ENOMEM …, what rules open could not be noted
 *   changed                   -ESTALE, a rule by which it may put links somewhere led elsewhere a moment ago
 *   file                      -EISDIR, -EINVAL, it is not a regular file, and SB_LANDLOCK_FILE is set; -ESTALE, it is
 *                             another one than SB_LANDLOCK_SAME names
 *   type                      -ENOTDIR, the rule's rights, or one that was named, need a directory
 *   refused                   as may_grant answers
 *   landlock_add_rule         as the call fails
 */
int sb_landlock_build(const uint8_t *record, size_t length, struct sb_landlock *state,
	struct sb_failure *failure);

/*
 * Phase 2, for the calling thread; for every thread where restrict_flags hold LL_RESTRICT_TSYNC.
 * Needs no_new_privs. 0, or -errno with step landlock_restrict_self: -EPERM (no_new_privs missing),
 * -E2BIG (sixteen layers already), -EINVAL (a flag that this kernel doesn't know).
 */
int sb_landlock_restrict(const struct sb_landlock *state, struct sb_failure *failure);

/* Closes the ruleset; it is of no use after phase 2. */
void sb_landlock_close(struct sb_landlock *state);

#endif

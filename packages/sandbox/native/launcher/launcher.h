/* SPDX-License-Identifier: MIT */
/* The launcher: applies records to itself, in one documented order, and executes the target.
 *
 * It is static, has one thread, no libc, no heap and no environment, and reads only the descriptor
 * that it is given. Every step is checked; after a failed one it reports the step on the status
 * descriptor and exits. The target starts after the last step or not at all.
 *
 * Arguments: the records, as the number of a descriptor or as the absolute path of a file; then the
 * number of the status descriptor, or "-" without a reader: then a failure is one line on standard
 * error; after a path the mark with which the file begins (source.h). */
#ifndef SB_LAUNCHER_H
#define SB_LAUNCHER_H

#include <stddef.h>
#include <stdint.h>

#include "sb_record.h"

/* Exit status after a failed step; the status descriptor has the details. */
#define SB_LAUNCHER_FAILED 125

/* Argument or environment strings of the target: as many as a record can contain, five bytes for an
 * empty one. */
#define SB_STRINGS_MAX (SB_RECORD_MAX / 5u)

/* The process record, taken apart; pointers lead into the record. */
struct sb_process {
	uint16_t flags;
	uint32_t parent; /* process id that must be the parent's, 0 for any */
	uint32_t umask;
	uint32_t limit_count;
	const uint8_t *limits; /* u32 resource, u32 zero, u64 soft, u64 hard */
	uint32_t keep_count;
	const uint8_t *keep; /* u32 descriptor numbers, ascending */
	const char *cwd;     /* "" to stay */
	const char *path;    /* absolute path of the target; "" where it is a descriptor */
	int descriptor;      /* the target's descriptor, which is in keep, or -1 */
	const char **argv;
	const char **envp;
	uint64_t exec_key;    /* sixth argument of execveat, which takes five; or 0 */
	const char *original; /* path of what the descriptor is a copy of, or NULL */
	uint64_t original_device, original_inode;
	int cgroup_procs, cgroup_kill; /* descriptors, which are in keep; -1: none */
	int channel; /* where a supervisor reports; it and the next number are in keep; or -1 */
};

enum sb_process_flags {
	SB_PROCESS_NEW_SESSION = 1 << 0,
	SB_PROCESS_DIE_WITH_PARENT = 1 << 1,
	/* `path` is the decimal number of a descriptor to execute: of a file without a name. */
	SB_PROCESS_TARGET_DESCRIPTOR = 1 << 2,
	/* The Landlock rules do not allow writing to the file that proves them (prove.h). */
	SB_PROCESS_WRITE_DENIED = 1 << 3,
	/* A u64 follows the environment: the key by which the filter recognizes this exec. */
	SB_PROCESS_EXEC_KEY = 1 << 4,
	/* Then u64 st_dev, u64 st_ino and a string: the original of which the target is a copy, and its
	 * place. */
	SB_PROCESS_ORIGINAL = 1 << 5,
	/* The user changes, and must not have the keys of the starting user (keyring.h). */
	SB_PROCESS_NEW_KEYRING = 1 << 6,
	/* The descendants of the target end with it (guard.h). */
	SB_PROCESS_GUARD = 1 << 7,
	/* And nothing starts if that is impossible. */
	SB_PROCESS_GUARD_REQUIRED = 1 << 8,
	/* The parent waits for the guardian as well, which is its child. */
	SB_PROCESS_GUARD_BESIDE = 1 << 9,
	/* At the end two u32: descriptors of cgroup.procs and cgroup.kill of the target's cgroup, the
	 * second SB_NO_KILL before Linux 5.14 (cgroup.h). */
	SB_PROCESS_CGROUP = 1 << 10,
	/* The guardian ends the cgroup, and enters no Landlock domain. It needs SB_PROCESS_CGROUP. */
	SB_PROCESS_GUARD_CGROUP = 1 << 11,
	/* A u32 follows all else: a supervisor reports there which names are denied (denials/supervise.h). */
	SB_PROCESS_SUPERVISE = 1 << 12,
	/* No rule may grant writing to files of cgroups (cgroup_way.h). It needs SB_PROCESS_CGROUP. */
	SB_PROCESS_CGROUP_CLOSED = 1 << 13,
};

#define SB_UMASK_KEEP 0xffffffffu
#define SB_NO_KILL 0xffffffffu

/* Returns 0, or -EINVAL for anything that is not exactly a process record; nothing is changed. */
int sb_process_parse(const uint8_t *record, size_t length, struct sb_process *process);

/* Parent-death signal, session, keyring, limits, umask, descriptors: in that order, each read back. */
int sb_process_apply(const struct sb_process *process, int status, struct sb_failure *failure);

/* Sets the parent-death signal again, which a change of user clears, and checks whether the parent
 * still exists. */
int sb_process_bind(const struct sb_process *process, struct sb_failure *failure);

/* Enters the working directory, and reads it back. It also checks whether the original of a copied
 * target may be executed. Both are done as the user of the target, so they need the rights of this
 * user: by modes, groups, access control lists and the directories above. */
int sb_process_enter(const struct sb_process *process, struct sb_failure *failure);

/* Executes the target; returns only if that failed, with -errno. */
int sb_process_execute(const struct sb_process *process, struct sb_failure *failure);

/* Whether a descriptor is in keep. */
int sb_is_kept(const struct sb_process *process, unsigned int descriptor);

/* Closes every descriptor that is not in keep and not `status`. Returns 0 or -errno; -ESTALE, which
 * no call here gives itself: success was reported and one is still open. */
int sb_close_others(const struct sb_process *process, int status);

#endif

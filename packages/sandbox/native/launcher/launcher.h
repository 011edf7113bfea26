/* SPDX-License-Identifier: MIT */
/*
 * The launcher: applies records to itself, in one documented order, and becomes the target.
 *
 * It is static, has one thread, no libc, no heap and no environment, and reads nothing but the
 * descriptor it is given. Every step is checked; after a failed one it says which on the status
 * descriptor and exits. The target starts after the last step or not at all.
 *
 * Arguments: the records, as the number of a descriptor or as the absolute path of a file; then the
 * number of the status descriptor, or "-" where nobody reads one: then a failure is one line on
 * standard error; after a path the mark that the file begins with (source.h).
 */
#ifndef SB_LAUNCHER_H
#define SB_LAUNCHER_H

#include <stddef.h>
#include <stdint.h>

#include "sb_record.h"

/* Exit status after a failed step; the status descriptor says the rest. */
#define SB_LAUNCHER_FAILED 125

/* Argument or environment strings of the target: as many as a record holds, five bytes for an empty one. */
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
};

enum sb_process_flags {
	SB_PROCESS_NEW_SESSION = 1 << 0,
	SB_PROCESS_DIE_WITH_PARENT = 1 << 1,
	/* `path` is the decimal number of a descriptor to execute: of a file without a name. */
	SB_PROCESS_TARGET_DESCRIPTOR = 1 << 2,
	/* The Landlock rules don't allow to write to the file that proves them (prove.h). */
	SB_PROCESS_WRITE_DENIED = 1 << 3,
	/* A u64 follows the environment: the key that the filter knows this exec by. */
	SB_PROCESS_EXEC_KEY = 1 << 4,
	/* Then u64 st_dev, u64 st_ino and a string: what the target is a copy of, where that was found. */
	SB_PROCESS_ORIGINAL = 1 << 5,
	/* The user changes, and shall not have the keys of the one that starts it (keyring.h). */
	SB_PROCESS_NEW_KEYRING = 1 << 6,
	/* What the target starts ends with it (guard.h). */
	SB_PROCESS_GUARD = 1 << 7,
	/* And nothing starts where that can't be had. */
	SB_PROCESS_GUARD_REQUIRED = 1 << 8,
	/* The parent waits for the guardian as well: it becomes its child. */
	SB_PROCESS_GUARD_BESIDE = 1 << 9,
};

#define SB_UMASK_KEEP 0xffffffffu

/* 0, or -EINVAL for anything that is not exactly a process record; nothing is changed. */
int sb_process_parse(const uint8_t *record, size_t length, struct sb_process *process);

/* Parent-death signal, session, keyring, limits, umask, descriptors: in that order, each read back. */
int sb_process_apply(const struct sb_process *process, int status, struct sb_failure *failure);

/* The parent-death signal, which a change of user clears; and whether the parent is still there. */
int sb_process_bind(const struct sb_process *process, struct sb_failure *failure);

/*
 * The working directory, read back, and whether what the target is a copy of may be executed: as the user
 * that the target has, so that both are what this user may do, whatever rights, groups, access control
 * lists and folders on the way say of it.
 */
int sb_process_enter(const struct sb_process *process, struct sb_failure *failure);

/* Becomes the target; returns only if that failed, with -errno. */
int sb_process_execute(const struct sb_process *process, struct sb_failure *failure);

/*
 * Closes every descriptor that is not in keep and not `status`. 0 or -errno; -ESTALE, which no call
 * has here by nature: success was reported and one is still open.
 */
int sb_close_others(const struct sb_process *process, int status);

#endif

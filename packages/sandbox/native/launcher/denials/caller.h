/* SPDX-License-Identifier: MIT */
/* What the supervisor reads of a process that waits for its answer: memory, and the directories at which names begin. */
#ifndef SB_CALLER_H
#define SB_CALLER_H

#include <stddef.h>
#include <stdint.h>

#include "request.h"

#include "../../../../landlock/native/landlock_sys.h"

#define SB_NAME_MAX 4096u /* PATH_MAX, the NUL included */

struct sb_caller {
	uint32_t thread; /* its number here */
	int memory;      /* /proc/THREAD/mem; -1: not open */
};

/* A path that was read, and the directory at which it begins. */
struct sb_name {
	char path[SB_NAME_MAX];
	int base;        /* descriptor of this process, or -1 */
	uint32_t thread; /* whose name it is */
	int is_meant; /* it was found for a file that has no other name here, which it has to lead to: */
	struct ll_statx meant;
};

/* Looks at what the supervisor takes for the root of all names, and whether it may read memory at all. `is_other`: it will look
 * at files as another user than its own. 0 or -errno. */
long sb_caller_root(int is_other);

/* Whether a file has modes that are not those for the callers: in /proc/sys, the kernel asks the effective user id and not the
 * one for files (test_perm() in fs/proc/proc_sysctl.c). */
int sb_caller_lacks_modes(const char *path);

/* The device of proc(5), as sb_device gives it. */
uint64_t sb_caller_proc(void);

/* Whether the caller can be read and has the same root, which is not looked at if no process may change it. */
int sb_caller_open(struct sb_caller *caller, uint32_t thread, int keeps_root);
void sb_caller_close(struct sb_caller *caller);

/* Reads a path and opens where it begins; 0 if either is impossible: the kernel then answers. */
int sb_caller_name(struct sb_caller *caller, struct sb_where where, struct sb_name *name);
/* Follows a link of proc(5) at the end that leads to the caller's own directory, "/proc/mounts"; 0 if that is impossible. */
int sb_name_follow(struct sb_name *name, uint32_t thread);
void sb_name_close(struct sb_name *name);

/* Lets it begin elsewhere: at a directory, whose descriptor it takes, or at the root (-1). 0 if that can't be opened. */
int sb_name_begin(struct sb_name *name, int folder);

/* Puts the caller's own numbers in place of "self" in proc(5); 0 if they do not fit. */
int sb_name_own(struct sb_name *name);

/* Lets a path that was read begin where it does for the caller: at the root, or in the working directory. 0 if it can't. */
int sb_caller_begin(const struct sb_caller *caller, struct sb_name *name);

/* Takes what a descriptor of the caller's thread stands for as a name: what its link in proc(5) leads to. 0: none. */
int sb_caller_descriptor(struct sb_caller *caller, int descriptor, struct sb_name *name);

/* Reads at most `length` bytes: how many, or -errno. */
long sb_caller_read_some(struct sb_caller *caller, uint64_t address, void *bytes, size_t length);

/* Opens a file of the caller in proc(5), whose name has at most 13 bytes. Its descriptor, or -errno. */
long sb_caller_open_proc(uint32_t thread, const char *rest, int flags);

/* Whether a text begins with another. */
int sb_begins(const char *text, const char *with);

/* Reads `length` bytes; whether all of them were read. */
int sb_caller_read(struct sb_caller *caller, uint64_t address, void *bytes, size_t length);

/* The name that ps(1) shows, at most 15 bytes and a NUL; empty if it can't be read. */
void sb_caller_program(uint32_t thread, char program[16]);

#endif

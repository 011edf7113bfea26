/* SPDX-License-Identifier: MIT */
/*
 * The system calls of this layer, made directly, so that the same code runs in an addon and in a
 * launcher without a libc. Each changes the calling thread only, and returns a value of 0 or more,
 * or -errno.
 *
 * Options and structures are the kernel's ABI (linux/capability.h, linux/prctl.h,
 * linux/securebits.h), written down here so that the build host doesn't decide what is enforced.
 */
#ifndef SB_CAPS_KERNEL_H
#define SB_CAPS_KERNEL_H

#include <errno.h> /* the numbers only */
#include <stdint.h>

#include "sb_syscall.h"

enum {
	PRCTL_GET_KEEPCAPS = 7,
	PRCTL_SET_KEEPCAPS = 8,
	PRCTL_CAPBSET_READ = 23,
	PRCTL_CAPBSET_DROP = 24,
	PRCTL_GET_SECUREBITS = 27,
	PRCTL_SET_SECUREBITS = 28,
	PRCTL_SET_NO_NEW_PRIVS = 38,
	PRCTL_GET_NO_NEW_PRIVS = 39,
	PRCTL_CAP_AMBIENT = 47,
};

enum { AMBIENT_IS_SET = 1, AMBIENT_RAISE = 2, AMBIENT_LOWER = 3, AMBIENT_CLEAR_ALL = 4 };

#define CAPS_VERSION_3 0x20080522u
#define CAPS_BITS 64u
#define CAP_SETPCAP_BIT (1ull << 8)

/* One bit of a setting, the next one its lock (linux/securebits.h). */
enum {
	SECURE_NOROOT = 1 << 0,
	SECURE_NO_SETUID_FIXUP = 1 << 2,
	SECURE_KEEP_CAPS = 1 << 4,
	SECURE_NO_CAP_AMBIENT_RAISE = 1 << 6,
	SECURE_SETTINGS = 0x55,
	SECURE_ALL = 0xff, /* later bits (exec_restrict_file, Linux 6.14) are not ours */
};

static inline int caps_prctl(int option, unsigned long a, unsigned long b)
{
	/* Unused arguments must be 0 for some of the options. */
	return (int)sb_syscall6(__NR_prctl, option, (long)a, (long)b, 0, 0, 0);
}

/* The three sets that capset(2) changes, as 64-bit masks. */
struct caps_sets {
	uint64_t effective, permitted, inheritable;
};

struct caps_header {
	uint32_t version;
	int32_t pid; /* 0: the calling thread */
};

struct caps_half {
	uint32_t effective, permitted, inheritable;
};

/*
 * Until the kernel has written them the sets are none that there can be: effective, and not permitted. A
 * filter above may answer in its place, and empty sets would look like what was asked for.
 */
static inline int caps_get(struct caps_sets *sets)
{
	struct caps_header header = {.version = CAPS_VERSION_3, .pid = 0};
	struct caps_half half[2] = {{~0u, 0, 0}, {~0u, 0, 0}};
	long error = sb_syscall3(__NR_capget, (long)&header, (long)half, 0);
	sets->effective = half[0].effective | (uint64_t)half[1].effective << 32;
	sets->permitted = half[0].permitted | (uint64_t)half[1].permitted << 32;
	sets->inheritable = half[0].inheritable | (uint64_t)half[1].inheritable << 32;
	return (int)error;
}

static inline int caps_set(const struct caps_sets *sets)
{
	struct caps_header header = {.version = CAPS_VERSION_3, .pid = 0};
	const struct caps_half half[2] = {
		{(uint32_t)sets->effective, (uint32_t)sets->permitted, (uint32_t)sets->inheritable},
		{(uint32_t)(sets->effective >> 32), (uint32_t)(sets->permitted >> 32),
			(uint32_t)(sets->inheritable >> 32)},
	};
	return (int)sb_syscall3(__NR_capset, (long)&header, (long)half, 0);
}

static inline int caps_is_same(const struct caps_sets *one, const struct caps_sets *other)
{
	return one->effective == other->effective && one->permitted == other->permitted &&
	       one->inheritable == other->inheritable;
}

/*
 * Not called where the sets are so already, by the kernel's word of a moment ago: within another sandbox a filter
 * denies capset(2), which has nothing left to do there.
 */
static inline int caps_change(const struct caps_sets *present, const struct caps_sets *wanted)
{
	return caps_is_same(present, wanted) ? 0 : caps_set(wanted);
}

/* 1 or 0; -EINVAL past the kernel's last capability. */
static inline int caps_is_bounding(unsigned int capability)
{
	return caps_prctl(PRCTL_CAPBSET_READ, capability, 0);
}

static inline int caps_is_ambient(unsigned int capability)
{
	return caps_prctl(PRCTL_CAP_AMBIENT, AMBIENT_IS_SET, capability);
}

#endif

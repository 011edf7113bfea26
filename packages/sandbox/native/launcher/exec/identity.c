/* SPDX-License-Identifier: MIT */
#include "identity.h"
#include "sb_syscall.h"

#include <stdint.h>

#include "../../../../caps/native/kernel.h"

/* Root has its capabilities by its user id, unless the securebits forbid it (capabilities(7)). */
static int is_root(void)
{
	int securebits = caps_prctl(PRCTL_GET_SECUREBITS, 0, 0);
	return sb_syscall3(__NR_getuid, 0, 0, 0) == 0 && securebits >= 0 &&
	       !(securebits & SECURE_NOROOT);
}

/* Other users have capabilities after an exec only if they are ambient, or from the file. */
static int has_own_capabilities(void)
{
	struct caps_sets sets;
	if (is_root())
		return 1;
	if (caps_get(&sets))
		return 0;
	for (unsigned int capability = 0; capability < 64; capability++) {
		if (sets.permitted >> capability & 1 && caps_is_ambient(capability) != 1)
			return 0;
	}
	return 1;
}

int sb_identity_is_own(void)
{
	return sb_syscall3(__NR_getuid, 0, 0, 0) == sb_syscall3(__NR_geteuid, 0, 0, 0) &&
	       sb_syscall3(__NR_getgid, 0, 0, 0) == sb_syscall3(__NR_getegid, 0, 0, 0) &&
	       has_own_capabilities();
}

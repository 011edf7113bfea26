/* SPDX-License-Identifier: MIT */
/* Opens what a name stands for, with O_PATH: nothing is read. A descriptor, or -errno. */
#ifndef SB_OPEN_NAME_H
#define SB_OPEN_NAME_H

#include "landlock_abi.h"
#include "landlock_sys.h"

#include <errno.h>

/* Opens a path in one call if no name of it is a link; -ELOOP otherwise. */
static inline long open_without_links(const char *path)
{
	const struct ll_open_how how = {LL_O_PATH | LL_O_CLOEXEC, 0, LL_RESOLVE_NO_SYMLINKS};
	return ll_call(LL_SYS_OPENAT2, LL_AT_FDCWD, (long)path, (long)&how, sizeof how, 0);
}

static inline long open_name(long folder, const char *name, long flags)
{
	return ll_call(__NR_openat, folder, (long)name, LL_O_PATH | LL_O_CLOEXEC | flags, 0, 0);
}

/* A folder is asked for first: only then is one mounted that waits for its first use (autofs(5)). */
static inline long open_held(long folder, const char *name)
{
	long next = open_name(folder, name, LL_O_NOFOLLOW | LL_O_DIRECTORY);
	return next == -ENOTDIR ? open_name(folder, name, LL_O_NOFOLLOW) : next;
}

#endif

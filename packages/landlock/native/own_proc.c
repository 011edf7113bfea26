/* SPDX-License-Identifier: MIT */
#include "own_proc.h"
#include "landlock_sys.h"

/* No pointers: nothing relocates the launcher. */
static const char own[][16] = {"/proc", "/proc/self", "/proc/self/fd"};

static int is_same(const struct ll_statx *one, const struct ll_statx *other)
{
	return one->ino == other->ino && one->dev_major == other->dev_major &&
	       one->dev_minor == other->dev_minor;
}

int sb_is_own_proc(long folder)
{
	struct ll_statx here, status;
	if (ll_stat(folder, &here) < 0)
		return 0;
	for (unsigned int i = 0; i < sizeof own / sizeof own[0]; i++) {
		long opened = ll_open_path(own[i]);
		if (opened < 0)
			continue;
		long error = ll_stat(opened, &status);
		ll_close(opened);
		if (error == 0 && is_same(&here, &status))
			return 1;
	}
	return 0;
}

/* SPDX-License-Identifier: MIT */
#include "hidden.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/fcntl.h>
#include <linux/fcntl.h>

static const char option[] = "hidepid=";

/* Whether the option is among what a descriptor has; 1 also after an error. */
static int has_option(long mounts)
{
	static char text[4096];
	size_t matched = 0;
	for (;;) {
		const long count = sb_syscall3(__NR_read, mounts, (long)text, (long)sizeof text);
		if (count <= 0)
			return count < 0;
		for (long at = 0; at < count; at++) {
			/* No part of the word repeats its first letter. */
			matched = text[at] == option[matched] ? matched + 1 : text[at] == option[0];
			if (matched == strlen(option))
				return 1;
		}
	}
}

int sb_proc_hides(void)
{
	static int answer = -1;
	if (answer >= 0)
		return answer;
	const long mounts = sb_syscall6(
		__NR_openat, AT_FDCWD, (long)"/proc/self/mounts", O_RDONLY | O_CLOEXEC, 0, 0, 0);
	answer = mounts < 0 || has_option(mounts);
	if (mounts >= 0)
		(void)sb_syscall3(__NR_close, mounts, 0, 0);
	return answer;
}

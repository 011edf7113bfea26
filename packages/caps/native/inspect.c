/* SPDX-License-Identifier: MIT */
#include "inspect.h"
#include "kernel.h"

int sb_caps_last(void)
{
	int last = -1;
	for (unsigned int cap = 0; cap < CAPS_BITS; cap++) {
		int present = caps_is_bounding(cap);
		if (present == -EINVAL && cap > 0)
			break;
		if (present < 0)
			return present;
		last = (int)cap;
	}
	return last;
}

int sb_caps_securebits(void)
{
	return caps_prctl(PRCTL_GET_SECUREBITS, 0, 0);
}

int sb_caps_file(const char *path, unsigned char *bytes, size_t size)
{
	static const char name[] = "security.capability";
	long length =
		sb_syscall6(__NR_getxattr, (long)path, (long)name, (long)bytes, (long)size, 0, 0);
	/* No attribute, or a file system that has none. */
	return length == -ENODATA || length == -EOPNOTSUPP ? 0 : (int)length;
}

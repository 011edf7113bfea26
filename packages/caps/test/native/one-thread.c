/* SPDX-License-Identifier: MIT */
/*
 * Takes one capability away from the thread that loads this, and from no other: process.dlopen() runs the constructor on
 * the calling thread. No part of a Node program does so; it stands for a thread that differs, whatever the reason.
 */
#define _GNU_SOURCE
#include <linux/capability.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

__attribute__((constructor)) static void lower(void)
{
	struct __user_cap_header_struct header = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct sets[2];
	const unsigned int bit = 1u << CAP_NET_BIND_SERVICE;
	if (syscall(SYS_capget, &header, sets))
		abort();
	sets[0].effective &= ~bit;
	sets[0].permitted &= ~bit;
	if (syscall(SYS_capset, &header, sets))
		abort();
}

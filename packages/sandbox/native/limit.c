/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "limit.h"

#include <errno.h>
#ifdef __linux__
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

/* By its number: the type of setrlimit's first parameter differs between glibc and musl. */
static int limit(unsigned int resource, const struct rlimit *wanted, struct rlimit *present)
{
	return syscall(SYS_prlimit64, 0, resource, wanted, present) ? -errno : 0;
}

/* A hard limit is raised and lowered again, since only the kernel knows how far it can be raised. */
int sb_try_limit(unsigned int resource, uint64_t value)
{
	struct rlimit present;
	int error = limit(resource, NULL, &present);
	if (error || value <= present.rlim_max)
		return error;
	const struct rlimit raised = {present.rlim_cur, value};
	error = limit(resource, &raised, NULL);
	return error ? error : limit(resource, &present, NULL);
}

int sb_set_limit(unsigned int resource, uint64_t value)
{
	const struct rlimit wanted = {value, value};
	struct rlimit present = {~value, ~value};
	int error = limit(resource, &wanted, NULL);
	if (error == 0)
		error = limit(resource, NULL, &present);
	if (error)
		return error;
	return present.rlim_cur == value && present.rlim_max == value ? 0 : -EBADMSG;
}
#else
int sb_try_limit(unsigned int resource, uint64_t value)
{
	(void)resource;
	(void)value;
	return -ENOSYS;
}

int sb_set_limit(unsigned int resource, uint64_t value)
{
	(void)resource;
	(void)value;
	return -ENOSYS;
}
#endif

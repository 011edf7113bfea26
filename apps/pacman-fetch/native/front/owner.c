/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "owner.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "facts.h"

#ifndef __NR_pidfd_open
#define __NR_pidfd_open 434
#endif

int owner_find(struct owner *owner)
{
	struct facts facts;
	owner->pid = getppid(); /* 0 for one outside this PID namespace */
	if (facts_read(owner->pid, &facts) || strcmp(facts.name, "pacman"))
		return -1;
	owner->start = facts.start;
	return 0;
}

int owner_is_parent(const struct owner *owner)
{
	return getppid() == owner->pid;
}

int owner_is_parent_of(const struct owner *owner, pid_t pid)
{
	struct facts facts;
	return !facts_read(pid, &facts) && facts.parent == owner->pid;
}

int owner_watch(const struct owner *owner)
{
	struct facts facts;
	int descriptor = (int)syscall(__NR_pidfd_open, owner->pid, 0); /* close-on-exec by itself */
	if (descriptor < 0)
		return -1;
	/* It may have ended before, and its number may belong to another process by now. */
	if (!facts_read(owner->pid, &facts) && facts.start == owner->start)
		return descriptor;
	(void)close(descriptor); /* nothing is lost */
	errno = ESRCH;
	return -1;
}

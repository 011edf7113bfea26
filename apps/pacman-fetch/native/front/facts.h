/* SPDX-License-Identifier: MIT */
/* Facts about a process from /proc (proc_pid_stat(5)), which every user may read. */
#ifndef FRONT_FACTS_H
#define FRONT_FACTS_H

#include <sys/types.h>

struct facts {
	char name[17];
	char state; /* 'R', 'S', 'D', 'T' and their like */
	long parent;
	unsigned long long start; /* clock ticks since the machine has started */
};

/* Reads them. Returns 0; -1 if the process does not exist, or is hidden. */
int facts_read(pid_t pid, struct facts *facts);

#endif

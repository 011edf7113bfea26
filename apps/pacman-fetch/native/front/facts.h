/* SPDX-License-Identifier: MIT */
/* What /proc says of a process (proc_pid_stat(5)), to everybody who can see it. */
#ifndef FRONT_FACTS_H
#define FRONT_FACTS_H

#include <sys/types.h>

struct facts {
	char name[17];
	char state; /* 'R', 'S', 'D', 'T' and their like */
	long parent;
	unsigned long long start; /* clock ticks since the machine has started */
};

/* Reads them. 0; -1 where there is no such process, or it can't be seen. */
int facts_read(pid_t pid, struct facts *facts);

#endif

/* SPDX-License-Identifier: MIT */
#include "outside.h"
#include "sb_syscall.h"

void sb_outside_note(struct sb_shared *shared)
{
	struct sb_process_facts own;
	const uint32_t number = (uint32_t)sb_syscall3(__NR_getpid, 0, 0, 0);
	shared->born = sb_process_born(number);
	/* Before Linux 5.9 the number is unknown: then no process has fewer. */
	shared->filters =
		sb_process_facts(number, &own) && own.filters != ~0u ? own.filters + 1 : 0;
}

int sb_is_outside(const struct sb_shared *shared, const struct sb_process_facts *facts)
{
	if (facts->filters < shared->filters)
		return 1;
	const uint64_t born = sb_process_born(facts->process);
	return born && born < shared->born;
}

/* SPDX-License-Identifier: MIT */
/* The threads of a process, as its /proc/<pid>/task lists and counts them (proc_pid_task(5)). */
#ifndef SB_TASK_LIST_H
#define SB_TASK_LIST_H

#include <sys/types.h>

/* Called for each listed thread. Any result but 0 ends the listing. */
typedef int (*sb_task_fn)(void *argument, pid_t tid);

/*
 * Lists the threads of the directory of the descriptor `tasks`, from the first one, and allocates
 * nothing. Returns 0, what `fn` ended it with, or -errno of lseek(2) or getdents64(2).
 *
 * A listing proves nothing by itself: the kernel ends it early when the thread it stands at ends.
 */
int sb_list_tasks(int tasks, sb_task_fn fn, void *argument);

/*
 * How many threads the kernel counts, or -errno of fstat(2): the directory's link count is the
 * number of threads plus 2 (proc_task_getattr() in fs/proc/base.c).
 */
long sb_count_tasks(int tasks);

#endif

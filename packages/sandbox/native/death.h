/* SPDX-License-Identifier: MIT */
/* What ended a child; child_process reports only signals with a name. */
#ifndef SB_DEATH_H
#define SB_DEATH_H

#include <stdbool.h>
#include <sys/types.h>

#include <node_api.h>

/* Returns 0 or -errno. Calls done([signal, …]) once, with 0 if the child ended by itself; see
 * watchDeath() of addon.c. */
int sb_watch_death(napi_env env, pid_t pid, napi_value done);

struct sb_child {
	pid_t pid;
	int pidfd;
	bool is_left; /* the event loop does not wait for its end */
};

/* The same for a child whose pidfd is open. It closes that, also after an error. */
int sb_watch_child(napi_env env, struct sb_child of, napi_value done);

#endif

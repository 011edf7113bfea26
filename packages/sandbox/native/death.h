/* SPDX-License-Identifier: MIT */
/* What ended a child, which child_process tells for signals with a name only. */
#ifndef SB_DEATH_H
#define SB_DEATH_H

#include <sys/types.h>

#include <node_api.h>

/* 0 or -errno. Calls done([signal, …]) once, 0 where the child ended by itself; see watchDeath() of addon.c. */
int sb_watch_death(napi_env env, pid_t pid, napi_value done);

#endif

/* SPDX-License-Identifier: MIT */
/* One descriptor that the event loop watches until there is a result, which is reported once. */
#ifndef SB_WATCH_H
#define SB_WATCH_H

#include <stdbool.h>

#include <node_api.h>
#include <uv.h>

struct sb_watch {
	int descriptor;
	/* Whether there is a result, and which; false to continue watching. */
	bool (*look)(struct sb_watch *watch, napi_value *told);
	/* Frees the watch and its contents; the descriptor is closed already. */
	void (*discard)(struct sb_watch *watch);
	/* The rest is set by sb_watch_start(). */
	napi_env env;
	napi_ref done;
	napi_async_cleanup_hook_handle hook;
	uv_poll_t poll;
};

/* Watches for `events` of uv_poll_start(), and calls the function `done` with the result. Closes
 * the descriptor and discards the watch at the end, also if this fails. Returns 0 or -errno. The
 * descriptor becomes non-blocking, like every one that libuv watches. */
int sb_watch_start(napi_env env, struct sb_watch *watch, int events, napi_value done);

#endif

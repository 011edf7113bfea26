/* SPDX-License-Identifier: MIT */
/* One descriptor that the event loop watches until there is something to tell, which is told once. */
#ifndef SB_WATCH_H
#define SB_WATCH_H

#include <stdbool.h>

#include <node_api.h>
#include <uv.h>

struct sb_watch {
	int descriptor;
	/* Whether there is something to tell, and what; false to go on watching. */
	bool (*look)(struct sb_watch *watch, napi_value *told);
	/* Frees the watch and what it holds; the descriptor is closed by then. */
	void (*discard)(struct sb_watch *watch);
	/* The rest is set by sb_watch_start(). */
	napi_env env;
	napi_ref done;
	napi_async_cleanup_hook_handle hook;
	uv_poll_t poll;
};

/*
 * Watches for `events` of uv_poll_start(), and calls the function `done` with what there is to tell.
 * Closes the descriptor and discards the watch in the end, also where this fails. 0 or -errno. The
 * descriptor becomes non-blocking, as every one that libuv watches.
 */
int sb_watch_start(napi_env env, struct sb_watch *watch, int events, napi_value done);

#endif

/* SPDX-License-Identifier: MIT */
#include "watch.h"

#include <errno.h>
#include <unistd.h>

static void closed(uv_handle_t *handle)
{
	struct sb_watch *watch = handle->data;
	if (watch->done)
		(void)napi_delete_reference(
			watch->env, watch->done); /* fails for an unknown one only */
	if (watch->hook)
		(void)napi_remove_async_cleanup_hook(watch->hook); /* likewise */
	watch->discard(watch);
}

static void end(struct sb_watch *watch)
{
	uv_handle_t *handle = (uv_handle_t *)&watch->poll;
	if (uv_is_closing(handle))
		return;
	uv_close(handle, closed);
	(void)close(watch->descriptor); /* only read from; libuv has let go of it */
}

/* The thread ends: a loop may not be closed before its handles. */
static void clean_up(napi_async_cleanup_hook_handle hook, void *watch)
{
	(void)hook;
	end(watch);
}

/* Without an async_hooks context: the promise behind `done` has one. */
static void tell(napi_env env, napi_value done, napi_value told)
{
	napi_value global = NULL, thrown = NULL;
	if (napi_get_global(env, &global) != napi_ok)
		return;
	napi_status status = napi_make_callback(env, NULL, global, done, 1, &told, NULL);
	/* An exception of a tick that ran because of the call; Node-API would swallow it. */
	if (status == napi_pending_exception &&
		napi_get_and_clear_last_exception(env, &thrown) == napi_ok)
		(void)napi_fatal_exception(
			env, thrown); /* ends the process or tells its listeners */
}

static void look(struct sb_watch *watch)
{
	napi_value told = NULL, done = NULL;
	if (!watch->look(watch, &told))
		return;
	if (napi_get_reference_value(watch->env, watch->done, &done) != napi_ok)
		done = NULL;
	end(watch);
	if (told && done)
		tell(watch->env, done, told);
}

static void ready(uv_poll_t *poll, int status, int events)
{
	struct sb_watch *watch = poll->data;
	napi_env env = watch->env;
	napi_handle_scope scope = NULL;
	(void)status;
	(void)events;
	if (napi_open_handle_scope(env, &scope) != napi_ok)
		return;
	look(watch);
	(void)napi_close_handle_scope(env, scope); /* fails for another scope than the last only */
}

int sb_watch_start(napi_env env, struct sb_watch *watch, int events, napi_value done)
{
	uv_loop_t *loop = NULL;
	int error = napi_get_uv_event_loop(env, &loop) == napi_ok ? 0 : -ENOSYS;
	watch->env = env;
	if (!error)
		error = uv_poll_init(loop, &watch->poll, watch->descriptor);
	if (error) {
		(void)close(watch->descriptor); /* nothing was read */
		watch->discard(watch);
		return error;
	}
	/* libuv owns it now: closed() discards it. */
	watch->poll.data = watch;
	if (napi_create_reference(env, done, 1, &watch->done) != napi_ok)
		error = -ENOMEM;
	if (!error)
		error = uv_poll_start(&watch->poll, events, ready);
	if (!error && napi_add_async_cleanup_hook(env, clean_up, watch, &watch->hook) != napi_ok)
		error = -ENOMEM;
	if (error)
		end(watch);
	return error;
}

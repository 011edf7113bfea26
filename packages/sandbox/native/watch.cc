#include "watch.h"

#ifdef __linux__
#include <cerrno>
#include <unistd.h>

namespace
{

void Closed(uv_handle_t *handle)
{
	Watch *watch = static_cast<Watch *>(handle->data);
	if (watch->hook)
		(void)napi_remove_async_cleanup_hook(watch->hook); // fails for an unknown hook only
	delete watch;
}

void Close(Watch *watch)
{
	uv_handle_t *handle = reinterpret_cast<uv_handle_t *>(&watch->poll);
	if (uv_is_closing(handle))
		return;
	uv_close(handle, Closed);
	(void)close(watch->descriptor); // only read from; libuv has let go of it
}

// The thread ends: a loop may not be closed before its handles are.
void Cleanup(napi_async_cleanup_hook_handle, void *data)
{
	Close(static_cast<Watch *>(data));
}

// Without a context of its own for async_hooks: the promise behind `done` has one.
void Tell(Napi::Env env, Napi::Function done, napi_value told)
{
	napi_value thrown = nullptr;
	napi_status status =
		napi_make_callback(env, nullptr, env.Global(), done, 1, &told, nullptr);
	// What a tick threw that ran because of it; Node-API would keep it for itself.
	if (status == napi_pending_exception &&
		napi_get_and_clear_last_exception(env, &thrown) == napi_ok)
		(void)napi_fatal_exception(env, thrown); // ends the process or tells its listeners
}

void Ready(uv_poll_t *poll, int, int)
{
	Watch *watch = static_cast<Watch *>(poll->data);
	Napi::Env env = watch->done.Env();
	Napi::HandleScope scope(env);
	napi_value told = nullptr;
	if (!watch->Look(env, &told))
		return;
	Napi::FunctionReference done = std::move(watch->done);
	Close(watch);
	if (told)
		Tell(env, done.Value(), told);
}

} // namespace

int StartWatch(Napi::Env env, std::unique_ptr<Watch> owned, int events)
{
	uv_loop_t *loop = nullptr;
	int error = napi_get_uv_event_loop(env, &loop) == napi_ok ? 0 : -ENOSYS;
	if (!error)
		error = uv_poll_init(loop, &owned->poll, owned->descriptor);
	if (error) {
		(void)close(owned->descriptor); // nothing was read
		return error;
	}
	// libuv's now: Closed deletes it.
	Watch *watch = owned.release();
	watch->poll.data = watch;
	error = uv_poll_start(&watch->poll, events, Ready);
	if (!error && napi_add_async_cleanup_hook(env, Cleanup, watch, &watch->hook) != napi_ok)
		error = -ENOMEM;
	if (error)
		Close(watch);
	return error;
}
#endif

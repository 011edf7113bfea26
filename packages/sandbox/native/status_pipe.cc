#include "status_pipe.h"

#include <cerrno>
#include <memory>
#include <string>

#ifdef __linux__
#include <fcntl.h>
#include <unistd.h>
#include <uv.h>

namespace
{

// One pipe that is watched. Lives until libuv has let go of `poll`.
struct Watch {
	uv_poll_t poll;
	int descriptor;
	Napi::FunctionReference done;
	napi_async_cleanup_hook_handle hook;
	std::string said;
};

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

// 0 at the end, -errno otherwise; -EAGAIN while somebody can still write.
int Drain(Watch *watch)
{
	char buffer[4096];
	for (;;) {
		ssize_t length = read(watch->descriptor, buffer, sizeof buffer);
		if (length == 0)
			return 0;
		if (length > 0)
			watch->said.append(buffer, static_cast<size_t>(length));
		else if (errno != EINTR)
			return -errno;
	}
}

// Without a context of its own for async_hooks: the promise behind `done` has one.
void Tell(Napi::Env env, Napi::Function done, napi_value said)
{
	napi_value thrown = nullptr;
	napi_status status =
		napi_make_callback(env, nullptr, env.Global(), done, 1, &said, nullptr);
	// What a tick threw that ran because of it; Node-API would keep it for itself.
	if (status == napi_pending_exception &&
		napi_get_and_clear_last_exception(env, &thrown) == napi_ok)
		(void)napi_fatal_exception(env, thrown); // ends the process or tells its listeners
}

void Ready(uv_poll_t *poll, int, int)
{
	Watch *watch = static_cast<Watch *>(poll->data);
	int error = Drain(watch);
	if (error == -EAGAIN)
		return;
	Napi::Env env = watch->done.Env();
	Napi::HandleScope scope(env);
	// What can't be read was not said: the launcher counts as lost.
	if (error)
		watch->said.clear();
	napi_value said = nullptr;
	napi_status status =
		napi_create_string_latin1(env, watch->said.data(), watch->said.size(), &said);
	Napi::FunctionReference done = std::move(watch->done);
	Close(watch);
	if (status == napi_ok)
		Tell(env, done.Value(), said);
}

// Gives the watch to libuv, which gives it back to Closed, also where this fails.
int Start(Napi::Env env, Watch *watch, bool early)
{
	uv_loop_t *loop = nullptr;
	if (napi_get_uv_event_loop(env, &loop) != napi_ok)
		return -ENOSYS;
	int error = uv_poll_init(loop, &watch->poll, watch->descriptor);
	if (error)
		return error;
	watch->poll.data = watch;
	error = uv_poll_start(
		&watch->poll, early ? UV_READABLE | UV_DISCONNECT : UV_DISCONNECT, Ready);
	if (!error && napi_add_async_cleanup_hook(env, Cleanup, watch, &watch->hook) != napi_ok)
		error = -ENOMEM;
	if (error)
		Close(watch);
	return error;
}

int Open(const Napi::CallbackInfo &info)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	const int64_t most = info[0].As<Napi::Number>().Int64Value();
	// uv_poll_init makes the end that is read non-blocking; the launcher's stays blocking.
	const int room = fcntl(ends[0], F_GETPIPE_SZ);
	auto watch = std::make_unique<Watch>();
	watch->descriptor = ends[0];
	watch->hook = nullptr;
	watch->poll.data = nullptr;
	watch->done = Napi::Persistent(info[1].As<Napi::Function>());
	int error = Start(info.Env(), watch.get(), room < most);
	const bool isLibuvs = watch->poll.data != nullptr;
	if (isLibuvs)
		(void)watch.release();
	if (!error)
		return ends[1];
	if (!isLibuvs)
		(void)close(ends[0]);
	(void)close(ends[1]); // nothing was written
	return error;
}

} // namespace

Napi::Value StatusPipe(const Napi::CallbackInfo &info)
{
	return Napi::Number::New(info.Env(), Open(info));
}
#else
Napi::Value StatusPipe(const Napi::CallbackInfo &info)
{
	return Napi::Number::New(info.Env(), -ENOSYS);
}
#endif

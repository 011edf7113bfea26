// One descriptor that the event loop watches until there is something to tell, which is told once.
#ifndef SB_WATCH_H
#define SB_WATCH_H

#include <napi.h>

#ifdef __linux__
#include <uv.h>

#include <memory>

struct Watch {
	Watch(int watched, Napi::Function listener)
	    : descriptor(watched), done(Napi::Persistent(listener))
	{
	}
	virtual ~Watch() = default;
	// Whether there is something to tell, and what; false to go on watching.
	virtual bool Look(Napi::Env env, napi_value *told) = 0;

	const int descriptor;
	Napi::FunctionReference done;
	uv_poll_t poll;
	napi_async_cleanup_hook_handle hook = nullptr;
};

// Watches for `events` of uv_poll_start, and closes the descriptor in the end, also where this fails. 0 or -errno.
// It becomes non-blocking, as every descriptor that libuv watches.
int StartWatch(Napi::Env env, std::unique_ptr<Watch> watch, int events);
#endif

#endif

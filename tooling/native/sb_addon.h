// Glue that several addons share: how a failed step looks in JavaScript, and no_new_privs on every thread.
#ifndef SB_ADDON_H
#define SB_ADDON_H

#include <napi.h>

#include <cerrno>

extern "C" {
#include "sb_record.h"
#ifdef __linux__
#include "sb_no_new_privs.h"
#include "sb_threads.h"

#include <fcntl.h>
#include <unistd.h>
#endif
}

namespace sb
{

// { step, syscall?, errno }
inline Napi::Object Failure(Napi::Env env, const sb_failure &failure)
{
	Napi::Object result = Napi::Object::New(env);
	result.Set("step", failure.step);
	if (failure.syscall)
		result.Set("syscall", failure.syscall);
	result.Set("errno", failure.error);
	return result;
}

// noNewPrivs(): { threads } | { step, syscall?, errno }
inline Napi::Value NoNewPrivs(const Napi::CallbackInfo &info)
{
#ifdef __linux__
	sb_threads_result result = {};
	int tasks = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tasks < 0)
		return Failure(info.Env(), {"tasks", "open", errno});
	int error = sb_all_threads_in(tasks, sb_no_new_privs, nullptr, &result);
	(void)close(tasks); // only read from
	if (error)
		return Failure(info.Env(), {"no_new_privs", "prctl", -error});
	Napi::Object reached = Napi::Object::New(info.Env());
	reached.Set("threads", result.threads);
	return reached;
#else
	return Failure(info.Env(), {"no_new_privs", nullptr, ENOSYS});
#endif
}

} // namespace sb

#endif

// Glue between JavaScript and the C file beside it: converts values, decides nothing.
#include "sb_addon.h"

#include <cerrno>

#ifdef __linux__
#include <sys/prctl.h>
#endif

extern "C" {
#include "rings.h"
#include "seccomp.h"
}

namespace
{

// applyRecord(bytes: Uint8Array, allThreads: boolean): { step, syscall?, errno, thread? } | null
Napi::Value ApplyRecord(const Napi::CallbackInfo &info)
{
	Napi::Uint8Array record = info[0].As<Napi::Uint8Array>();
	sb_seccomp_scope scope = info[1].As<Napi::Boolean>().Value() ? SB_SECCOMP_ALL_THREADS
								     : SB_SECCOMP_CALLING_THREAD;
	sb_failure failure = {};
	int thread = 0;
	if (sb_seccomp_apply(record.Data(), record.ByteLength(), scope, &failure, &thread) == 0)
		return info.Env().Null();
	Napi::Object result = sb::Failure(info.Env(), failure);
	if (thread != 0)
		result.Set("thread", thread);
	return result;
}

// hasAction(action: number): 1 | 0 | -errno
Napi::Value HasAction(const Napi::CallbackInfo &info)
{
	uint32_t action = info[0].As<Napi::Number>().Uint32Value();
	return Napi::Number::New(info.Env(), sb_seccomp_has_action(action));
}

// hasFlag(flag: number): 1 | 0 | -errno
Napi::Value HasFlag(const Napi::CallbackInfo &info)
{
	uint32_t flag = info[0].As<Napi::Number>().Uint32Value();
	return Napi::Number::New(info.Env(), sb_seccomp_has_flag(flag));
}

// hasRing(): boolean
Napi::Value HasRing(const Napi::CallbackInfo &info)
{
	return Napi::Boolean::New(info.Env(), sb_has_ring() == 1);
}

// hasNoNewPrivs(): boolean
Napi::Value HasNoNewPrivs(const Napi::CallbackInfo &info)
{
#ifdef __linux__
	return Napi::Boolean::New(info.Env(), prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
#else
	return Napi::Boolean::New(info.Env(), false);
#endif
}

Napi::Object Init(Napi::Env env, Napi::Object exports)
{
	exports.Set("applyRecord", Napi::Function::New<ApplyRecord>(env));
	exports.Set("noNewPrivs", Napi::Function::New<sb::NoNewPrivs>(env));
	exports.Set("hasAction", Napi::Function::New<HasAction>(env));
	exports.Set("hasFlag", Napi::Function::New<HasFlag>(env));
	exports.Set("hasNoNewPrivs", Napi::Function::New<HasNoNewPrivs>(env));
	exports.Set("hasRing", Napi::Function::New<HasRing>(env));
	return exports;
}

} // namespace

NODE_API_MODULE(seccomp, Init)

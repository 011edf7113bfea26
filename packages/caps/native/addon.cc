// Glue between JavaScript and the C files beside it: converts values, decides nothing.
#include "sb_addon.h"

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

extern "C" {
#include "caps.h"
#include "inspect.h"
#include "sb_threads.h"
}

namespace
{

using Phase = int (*)(const uint8_t *, size_t, sb_failure *);

// What every thread is given; the first failure wins. The record is a copy: a late thread may read it.
struct Broadcast {
	Phase phase;
	std::vector<uint8_t> record;
	std::atomic_flag failed = ATOMIC_FLAG_INIT;
	sb_failure failure = {};
};

// Runs `fn` on every thread. After a timeout `argument` is never freed, as sb_threads.h asks for.
template <typename Argument>
int OnEveryThread(sb_thread_fn fn, std::unique_ptr<Argument> &argument, sb_threads_result *reached)
{
	int error = sb_all_threads(fn, argument.get(), reached);
	if (error == -ETIMEDOUT)
		(void)argument.release();
	return error;
}

int OnThread(void *argument)
{
	Broadcast *broadcast = static_cast<Broadcast *>(argument);
	sb_failure failure = {};
	int error = broadcast->phase(broadcast->record.data(), broadcast->record.size(), &failure);
	if (error && !broadcast->failed.test_and_set())
		broadcast->failure = failure;
	return error;
}

std::vector<uint8_t> BytesOf(const Napi::Value &value)
{
	Napi::Uint8Array bytes = value.As<Napi::Uint8Array>();
	return {bytes.Data(), bytes.Data() + bytes.ByteLength()};
}

Napi::Value Apply(Napi::Env env, std::vector<uint8_t> record, Phase phase)
{
	auto broadcast = std::make_unique<Broadcast>();
	broadcast->phase = phase;
	broadcast->record = std::move(record);
	sb_threads_result reached = {};
	int error = OnEveryThread(OnThread, broadcast, &reached);
	// Without a failed step, or with a thread that may yet write one, it is the broadcast that failed.
	if (error && (!broadcast || !broadcast->failure.step))
		return sb::Failure(env, {"threads", nullptr, -error});
	if (error)
		return sb::Failure(env, broadcast->failure);
	Napi::Object result = Napi::Object::New(env);
	result.Set("threads", reached.threads);
	return result;
}

// beforeIds(record: Uint8Array): { threads } | { step, syscall?, errno }
Napi::Value BeforeIds(const Napi::CallbackInfo &info)
{
	return Apply(info.Env(), BytesOf(info[0]), sb_caps_before_ids);
}

// afterIds(record: Uint8Array): { threads } | { step, syscall?, errno }
Napi::Value AfterIds(const Napi::CallbackInfo &info)
{
	return Apply(info.Env(), BytesOf(info[0]), sb_caps_after_ids);
}

int SurrenderPhase(const uint8_t *, size_t, sb_failure *failure)
{
	return sb_caps_surrender(failure);
}

// surrender(): { threads } | { step, syscall?, errno }
Napi::Value Surrender(const Napi::CallbackInfo &info)
{
	return Apply(info.Env(), {}, SurrenderPhase);
}

// lastCapability(): number, negative for an errno
Napi::Value LastCapability(const Napi::CallbackInfo &info)
{
	return Napi::Number::New(info.Env(), sb_caps_last());
}

// securebits(): number of the calling thread, negative for an errno
Napi::Value Securebits(const Napi::CallbackInfo &info)
{
	return Napi::Number::New(info.Env(), sb_caps_securebits());
}

struct Answer {
	int tid, securebits;
};

struct Answers {
	std::vector<Answer> all;
	std::atomic<size_t> next = {0};
};

// Runs in a signal handler: the slots exist already, and each thread takes one of its own.
int AskThread(void *argument)
{
	Answers *answers = static_cast<Answers *>(argument);
	size_t slot = answers->next.fetch_add(1);
	if (slot >= answers->all.size())
		return -EAGAIN;
	answers->all[slot] = {
		static_cast<int>(sb_syscall3(__NR_gettid, 0, 0, 0)), sb_caps_securebits()};
	return 0;
}

// threadSecurebits(): { tid, securebits }[] | number, negative for an errno
Napi::Value ThreadSecurebits(const Napi::CallbackInfo &info)
{
	auto answers = std::make_unique<Answers>();
	answers->all.resize(SB_THREADS_MAX + 1);
	sb_threads_result reached = {};
	int error = OnEveryThread(AskThread, answers, &reached);
	if (error)
		return Napi::Number::New(info.Env(), error);
	Napi::Array result = Napi::Array::New(info.Env(), answers->next);
	for (uint32_t i = 0; i < answers->next; i++) {
		Napi::Object answer = Napi::Object::New(info.Env());
		answer.Set("tid", answers->all[i].tid);
		answer.Set("securebits", answers->all[i].securebits);
		result.Set(i, answer);
	}
	return result;
}

// fileCapabilities(path: string): Uint8Array, empty where there are none | negative errno
Napi::Value FileCapabilities(const Napi::CallbackInfo &info)
{
	unsigned char bytes[SB_CAPS_XATTR_MAX];
	std::string path = info[0].As<Napi::String>().Utf8Value();
	int length = sb_caps_file(path.c_str(), bytes, sizeof bytes);
	if (length < 0)
		return Napi::Number::New(info.Env(), length);
	return Napi::Buffer<unsigned char>::Copy(info.Env(), bytes, static_cast<size_t>(length));
}

Napi::Object Init(Napi::Env env, Napi::Object exports)
{
	exports.Set("beforeIds", Napi::Function::New<BeforeIds>(env));
	exports.Set("afterIds", Napi::Function::New<AfterIds>(env));
	exports.Set("surrender", Napi::Function::New<Surrender>(env));
	exports.Set("lastCapability", Napi::Function::New<LastCapability>(env));
	exports.Set("securebits", Napi::Function::New<Securebits>(env));
	exports.Set("threadSecurebits", Napi::Function::New<ThreadSecurebits>(env));
	exports.Set("fileCapabilities", Napi::Function::New<FileCapabilities>(env));
	return exports;
}

} // namespace

NODE_API_MODULE(caps, Init)

// Glue between JavaScript and the C files beside it: converts values, decides nothing.
#include "sb_addon.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <vector>

extern "C" {
#include "landlock_sys.h"
#include "process.h"
#include "sb_threads.h"
}

namespace
{

Napi::Object Failure(Napi::Env env, const sb_failure &failure, uint32_t rule = SB_LANDLOCK_NO_RULE)
{
	Napi::Object result = sb::Failure(env, failure);
	if (rule != SB_LANDLOCK_NO_RULE)
		result.Set("rule", rule);
	return result;
}

// query(what: 'abi' | 'errata'): number; a negative one is -errno
Napi::Value Query(const Napi::CallbackInfo &info)
{
	bool errata = info[0].As<Napi::String>().Utf8Value() == "errata";
	long answer = ll_call(
		LL_SYS_CREATE_RULESET, 0, 0, errata ? LL_CREATE_ERRATA : LL_CREATE_VERSION, 0, 0);
	return Napi::Number::New(info.Env(), static_cast<double>(answer));
}

void Skipped(void *context, uint32_t rule)
{
	static_cast<std::vector<uint32_t> *>(context)->push_back(rule);
}

Napi::Array Proofs(Napi::Env env, sb_proof_set proofs)
{
	Napi::Array names = Napi::Array::New(env);
	for (unsigned int i = 0; sb_proof_name(i); i++) {
		if (proofs & (sb_proof_set{1} << i))
			names.Set(names.Length(), sb_proof_name(i));
	}
	return names;
}

// applyRecord(bytes: Uint8Array): { threads, proofs, skipped } | { step, syscall?, errno, rule? }
Napi::Value ApplyRecord(const Napi::CallbackInfo &info)
{
	Napi::Env env = info.Env();
	Napi::Uint8Array record = info[0].As<Napi::Uint8Array>();
	std::vector<uint32_t> skipped;
	sb_failure failure = {};
	sb_landlock state = {};
	sb_landlock_reached reached = {};
	state.skipped = Skipped;
	state.context = &skipped;
	if (sb_landlock_apply(record.Data(), record.ByteLength(), &state, &reached, &failure))
		return Failure(env, failure, state.rule);
	Napi::Array rules = Napi::Array::New(env, skipped.size());
	for (uint32_t i = 0; i < skipped.size(); i++)
		rules.Set(i, skipped[i]);
	Napi::Object result = Napi::Object::New(env);
	result.Set("threads", reached.threads);
	result.Set("proofs", Proofs(env, reached.proofs));
	result.Set("skipped", rules);
	return result;
}

Napi::Object Init(Napi::Env env, Napi::Object exports)
{
	exports.Set("query", Napi::Function::New<Query>(env));
	exports.Set("noNewPrivs", Napi::Function::New<sb::NoNewPrivs>(env));
	exports.Set("applyRecord", Napi::Function::New<ApplyRecord>(env));
	return exports;
}

} // namespace

NODE_API_MODULE(landlock, Init)

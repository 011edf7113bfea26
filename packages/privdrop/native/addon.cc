// Glue between JavaScript and the C files beside it: converts values, decides nothing.
#include "sb_addon.h"

#include <cstdlib>
#include <memory>
#include <string>

extern "C" {
#include "ids.h"
#include "lookup.h"
#include "privdrop.h"
}

namespace
{

Napi::Value Errno(Napi::Env env, int error)
{
	return Napi::Number::New(env, -error);
}

// applyRecord(bytes: Uint8Array): { step, syscall?, errno } | null
Napi::Value ApplyRecord(const Napi::CallbackInfo &info)
{
	Napi::Uint8Array record = info[0].As<Napi::Uint8Array>();
	sb_failure failure = {};
	if (sb_privdrop_apply(record.Data(), record.ByteLength(), &failure))
		return sb::Failure(info.Env(), failure);
	return info.Env().Null();
}

Napi::Array Ids(Napi::Env env, const sb_ids &ids)
{
	Napi::Array result = Napi::Array::New(env, 4);
	result.Set(0u, ids.real);
	result.Set(1u, ids.effective);
	result.Set(2u, ids.saved);
	result.Set(3u, ids.filesystem);
	return result;
}

Napi::Array Groups(Napi::Env env, const gid_t *groups, int count)
{
	Napi::Array result = Napi::Array::New(env, static_cast<size_t>(count));
	for (int i = 0; i < count; i++)
		result.Set(static_cast<uint32_t>(i), groups[i]);
	return result;
}

// identity(): { uid: [4], gid: [4], groups: number[] } |// group(nameOrGid: string | number): { gid } | errno
Napi::Value Identity(const Napi::CallbackInfo &info)
{
	Napi::Env env = info.Env();
	sb_ids uids, gids;
	int error = sb_getuids(&uids);
	if (error == 0)
		error = sb_getgids(&gids);
	if (error)
		return Errno(env, error);
	int count = sb_getgroups(0, nullptr);
	if (count < 0)
		return Errno(env, count);
	std::unique_ptr<gid_t[]> groups(new gid_t[static_cast<size_t>(count) + 1]);
	count = sb_getgroups(count, groups.get());
	if (count < 0)
		return Errno(env, count);
	Napi::Object result = Napi::Object::New(env);
	result.Set("uid", Ids(env, uids));
	result.Set("gid", Ids(env, gids));
	result.Set("groups", Groups(env, groups.get(), count));
	return result;
}

// user(nameOrUid: string | number): { uid, gid, name, home, shell } | errno
Napi::Value User(const Napi::CallbackInfo &info)
{
	Napi::Env env = info.Env();
	auto user = std::make_unique<sb_user>();
	int error = info[0].IsString()
			    ? sb_user_by_name(
				      info[0].As<Napi::String>().Utf8Value().c_str(), user.get())
			    : sb_user_by_id(info[0].As<Napi::Number>().Uint32Value(), user.get());
	if (error)
		return Errno(env, error);
	Napi::Object result = Napi::Object::New(env);
	result.Set("uid", user->uid);
	result.Set("gid", user->gid);
	result.Set("name", user->name);
	result.Set("home", user->home);
	result.Set("shell", user->shell);
	return result;
}

// group(name: string): { gid } | errno
Napi::Value Group(const Napi::CallbackInfo &info)
{
	gid_t gid = 0;
	int error;
	if (info[0].IsString()) {
		error = sb_group_by_name(info[0].As<Napi::String>().Utf8Value().c_str(), &gid);
	} else {
		gid = info[0].As<Napi::Number>().Uint32Value();
		error = sb_group_by_id(gid);
	}
	if (error)
		return Errno(info.Env(), error);
	Napi::Object result = Napi::Object::New(info.Env());
	result.Set("gid", gid);
	return result;
}

// groupsOf(name: string, gid: number): number[] | errno
Napi::Value GroupsOf(const Napi::CallbackInfo &info)
{
	gid_t *groups = nullptr;
	int count = sb_groups_of(info[0].As<Napi::String>().Utf8Value().c_str(),
		info[1].As<Napi::Number>().Uint32Value(), &groups);
	if (count < 0)
		return Errno(info.Env(), count);
	Napi::Array result = Groups(info.Env(), groups, count);
	free(groups);
	return result;
}

Napi::Object Init(Napi::Env env, Napi::Object exports)
{
	exports.Set("applyRecord", Napi::Function::New<ApplyRecord>(env));
	exports.Set("noNewPrivs", Napi::Function::New<sb::NoNewPrivs>(env));
	exports.Set("identity", Napi::Function::New<Identity>(env));
	exports.Set("user", Napi::Function::New<User>(env));
	exports.Set("group", Napi::Function::New<Group>(env));
	exports.Set("groupsOf", Napi::Function::New<GroupsOf>(env));
	return exports;
}

} // namespace

NODE_API_MODULE(privdrop, Init)

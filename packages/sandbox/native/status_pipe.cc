#include "status_pipe.h"
#include "watch.h"

#include <cerrno>
#include <string>

#ifdef __linux__
#include <fcntl.h>
#include <unistd.h>

namespace
{

struct Pipe final : Watch {
	using Watch::Watch;

	bool Look(Napi::Env env, napi_value *told) override
	{
		int error = Drain();
		if (error == -EAGAIN)
			return false;
		// What can't be read was not said: the launcher counts as lost.
		if (error)
			said.clear();
		if (napi_create_string_latin1(env, said.data(), said.size(), told) != napi_ok)
			*told = nullptr;
		return true;
	}

	// 0 at the end, -errno otherwise; -EAGAIN while somebody can still write.
	int Drain()
	{
		char buffer[4096];
		for (;;) {
			ssize_t length = read(descriptor, buffer, sizeof buffer);
			if (length == 0)
				return 0;
			if (length > 0)
				said.append(buffer, static_cast<size_t>(length));
			else if (errno != EINTR)
				return -errno;
		}
	}

	std::string said;
};

int Open(const Napi::CallbackInfo &info)
{
	int ends[2];
	if (pipe2(ends, O_CLOEXEC))
		return -errno;
	const int64_t most = info[0].As<Napi::Number>().Int64Value();
	// Only the end that is read becomes non-blocking; the launcher's stays blocking.
	const bool early = fcntl(ends[0], F_GETPIPE_SZ) < most;
	int error = StartWatch(info.Env(),
		std::make_unique<Pipe>(ends[0], info[1].As<Napi::Function>()),
		early ? UV_READABLE | UV_DISCONNECT : UV_DISCONNECT);
	if (!error)
		return ends[1];
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

#include "stream_pair.h"

#include <cerrno>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace
{

int Make(int (&ends)[2])
{
#ifdef SOCK_CLOEXEC
	return socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) ? -errno : 0;
#else
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, ends))
		return -errno;
	int error = 0;
	for (int end : ends)
		if (fcntl(end, F_SETFD, FD_CLOEXEC))
			error = -errno;
	if (error)
		for (int end : ends)
			(void)close(end); // nobody has seen them
	return error;
#endif
}

// More in one go, so that fewer turns are taken between the two; what the system allows of it is good enough.
void Widen(int end, int bytes)
{
#ifdef SO_SNDBUFFORCE
	if (setsockopt(end, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) == 0)
		return;
#endif
	(void)setsockopt(end, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

} // namespace

Napi::Value StreamPair(const Napi::CallbackInfo &info)
{
	int ends[2];
	int error = Make(ends);
	if (error)
		return Napi::Number::New(info.Env(), error);
	Widen(ends[1], info[0].As<Napi::Number>().Int32Value());
	Napi::Array pair = Napi::Array::New(info.Env(), 2);
	pair.Set(0u, Napi::Number::New(info.Env(), ends[0]));
	pair.Set(1u, Napi::Number::New(info.Env(), ends[1]));
	return pair;
}

#include "death.h"
#include "watch.h"

#include <cerrno>

#ifdef __linux__
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

namespace
{

// A pidfd is readable when its process has ended (pidfd_open(2)). libuv, which then waits for it, hears of that by a
// signal, and handles signals behind descriptors (uv__io_poll).
struct Process final : Watch {
	Process(int pidfd, Napi::Function listener, pid_t number)
	    : Watch(pidfd, listener), pid(number)
	{
	}

	bool Look(Napi::Env env, napi_value *told) override
	{
		siginfo_t end = {};
		int error =
			waitid(P_PID, static_cast<id_t>(pid), &end, WEXITED | WNOWAIT | WNOHANG);
		if (!error && end.si_pid == 0)
			return false;
		const bool by_signal =
			!error && (end.si_code == CLD_KILLED || end.si_code == CLD_DUMPED);
		if (napi_create_int32(env, by_signal ? end.si_status : 0, told) != napi_ok)
			*told = nullptr;
		return true;
	}

	const pid_t pid;
};

int Open(const Napi::CallbackInfo &info)
{
	const pid_t pid = info[0].As<Napi::Number>().Int32Value();
	int pidfd = static_cast<int>(syscall(SYS_pidfd_open, pid, 0)); // close-on-exec
	if (pidfd < 0)
		return -errno;
	return StartWatch(info.Env(),
		std::make_unique<Process>(pidfd, info[1].As<Napi::Function>(), pid), UV_READABLE);
}

} // namespace

Napi::Value WatchDeath(const Napi::CallbackInfo &info)
{
	return Napi::Number::New(info.Env(), Open(info));
}
#else
Napi::Value WatchDeath(const Napi::CallbackInfo &info)
{
	return Napi::Number::New(info.Env(), -ENOSYS);
}
#endif

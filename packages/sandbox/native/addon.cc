// What a launch needs of the kernel: an anonymous file for the records (memfd_create(2)), sealed so that nobody changes it,
// the pipe for the report, and what ended the child. And what restrictSelf needs beside the layers: limits of this process.
#include "death.h"
#include "dumpable.h"
#include "file_lock.h"
#include "status_pipe.h"
#include "stream_pair.h"
#include "unreadable.h"

#include <napi.h>

#include <cerrno>
#include <unistd.h>
#ifdef __linux__
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#endif

namespace
{

#ifdef __linux__
int WriteAll(int descriptor, const uint8_t *bytes, size_t length)
{
	// The launcher reads from where the descriptor stands, which it shares with us: that stays the start.
	for (size_t done = 0; done < length;) {
		ssize_t written =
			pwrite(descriptor, bytes + done, length - done, static_cast<off_t>(done));
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return -errno;
		done += static_cast<size_t>(written);
	}
	return 0;
}

// Of <linux/memfd.h> since Linux 6.3; which of them holds where none is given is vm.memfd_noexec's to say.
const unsigned int NOEXEC_SEAL = 0x8, EXEC = 0x10;

int Create(bool executable)
{
	const unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int descriptor = memfd_create("sb-records", flags | (executable ? EXEC : NOEXEC_SEAL));
	if (descriptor >= 0 || errno != EINVAL)
		return descriptor;
	return memfd_create("sb-records", flags);
}

int Sealed(const uint8_t *bytes, size_t length, bool executable)
{
	int descriptor = Create(executable);
	if (descriptor < 0)
		return -errno;
	int error = WriteAll(descriptor, bytes, length);
	const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	if (error == 0 && fcntl(descriptor, F_ADD_SEALS, seals))
		error = -errno;
	if (error == 0)
		return descriptor;
	(void)close(descriptor); // its content is lost anyway
	return error;
}
#else
int Sealed(const uint8_t *, size_t, bool)
{
	return -ENOSYS;
}
#endif

// anonymousFile(bytes: Uint8Array, executable: boolean): number, a descriptor at its start, or -errno
Napi::Value AnonymousFile(const Napi::CallbackInfo &info)
{
	Napi::Uint8Array bytes = info[0].As<Napi::Uint8Array>();
	return Napi::Number::New(info.Env(),
		Sealed(bytes.Data(), bytes.ByteLength(), info[1].As<Napi::Boolean>().Value()));
}

// closeFile(descriptor: number): 0 or -errno. Not every runtime's own close knows a descriptor that it hasn't opened.
Napi::Value CloseFile(const Napi::CallbackInfo &info)
{
#ifdef __linux__
	int error = close(info[0].As<Napi::Number>().Int32Value()) ? -errno : 0;
#else
	int error = -ENOSYS;
#endif
	return Napi::Number::New(info.Env(), error);
}

#ifdef __linux__
// By its number: setrlimit's first parameter has a type of its own in glibc's C++, and none in musl's.
int Limit(unsigned int resource, const struct rlimit *wanted, struct rlimit *present)
{
	return syscall(SYS_prlimit64, 0, resource, wanted, present) ? -errno : 0;
}

// Whether a limit could be set: a hard one is raised and lowered again, since only the kernel knows how far that goes.
int Try(unsigned int resource, rlim_t value)
{
	struct rlimit present;
	int error = Limit(resource, nullptr, &present);
	if (error || value <= present.rlim_max)
		return error;
	const struct rlimit raised = {present.rlim_cur, value};
	error = Limit(resource, &raised, nullptr);
	return error ? error : Limit(resource, &present, nullptr);
}
#endif

#ifdef __linux__
// Sets a limit, and reads it back: -EBADMSG where success was reported and nothing was done.
int Set(unsigned int resource, const struct rlimit &limit)
{
	struct rlimit present = {~limit.rlim_cur, ~limit.rlim_max};
	int error = Limit(resource, &limit, nullptr);
	if (error == 0)
		error = Limit(resource, nullptr, &present);
	if (error)
		return error;
	bool is_set = present.rlim_cur == limit.rlim_cur && present.rlim_max == limit.rlim_max;
	return is_set ? 0 : -EBADMSG;
}
#endif

// setLimit(resource: number, value: bigint, tries: boolean): 0 or -errno. Soft and hard alike, of the whole process
// (setrlimit(2)); or tries whether it could, and leaves it.
Napi::Value SetLimit(const Napi::CallbackInfo &info)
{
#ifdef __linux__
	bool lossless = false;
	const rlim_t value = info[1].As<Napi::BigInt>().Uint64Value(&lossless);
	const struct rlimit limit = {value, value};
	const unsigned int resource = info[0].As<Napi::Number>().Uint32Value();
	int error = -EINVAL;
	if (lossless)
		error = info[2].As<Napi::Boolean>() ? Try(resource, value) : Set(resource, limit);
#else
	int error = -ENOSYS;
#endif
	return Napi::Number::New(info.Env(), error);
}

// endNow(status: number): doesn't return (_exit(2)).
void EndNow(const Napi::CallbackInfo &info)
{
	_exit(info[0].As<Napi::Number>().Int32Value());
}

Napi::Object Init(Napi::Env env, Napi::Object exports)
{
	exports.Set("anonymousFile", Napi::Function::New<AnonymousFile>(env));
	exports.Set("closeFile", Napi::Function::New<CloseFile>(env));
	exports.Set("endNow", Napi::Function::New<EndNow>(env));
	exports.Set("lockFile", Napi::Function::New<LockFile>(env));
	exports.Set("makeUndumpable", Napi::Function::New<MakeUndumpable>(env));
	exports.Set("setLimit", Napi::Function::New<SetLimit>(env));
	exports.Set("statusPipe", Napi::Function::New<StatusPipe>(env));
	exports.Set("streamPair", Napi::Function::New<StreamPair>(env));
	exports.Set("unlockFile", Napi::Function::New<UnlockFile>(env));
	exports.Set("unreadableCopy", Napi::Function::New<UnreadableCopy>(env));
	exports.Set("watchDeath", Napi::Function::New<WatchDeath>(env));
	return exports;
}

} // namespace

NODE_API_MODULE(sandbox, Init)

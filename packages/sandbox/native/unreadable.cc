#include "unreadable.h"

#include <cerrno>
#include <string>
#ifdef __linux__
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>
#endif

namespace
{

#ifdef __linux__
// Of <linux/memfd.h> since Linux 6.3; before, every such file can be executed.
const unsigned int EXEC = 0x10;

int Create()
{
	const unsigned int flags = MFD_CLOEXEC | MFD_ALLOW_SEALING;
	int copy = memfd_create("sb-program", flags | EXEC);
	if (copy < 0 && errno == EINVAL)
		copy = memfd_create("sb-program", flags);
	return copy < 0 ? -errno : copy;
}

int Fill(int copy, int program)
{
	struct stat stats;
	if (fstat(program, &stats))
		return -errno;
	if (!S_ISREG(stats.st_mode))
		return -EACCES;
	for (off_t done = 0; done < stats.st_size;) {
		ssize_t sent =
			sendfile(copy, program, &done, static_cast<size_t>(stats.st_size - done));
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent <= 0)
			return sent == 0 ? -EIO : -errno;
	}
	const int seals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
	// Nobody but root reads it: that makes the process undumpable (would_dump of the kernel's fs/exec.c).
	return fchmod(copy, 0111) || fcntl(copy, F_ADD_SEALS, seals) ? -errno : 0;
}

// What is open for writing can't be executed (ETXTBSY, execve(2)).
int Reopen(int copy)
{
	const std::string path = "/proc/self/fd/" + std::to_string(copy);
	int descriptor = open(path.c_str(), O_PATH | O_CLOEXEC);
	return descriptor < 0 ? -errno : descriptor;
}

int Copy(const char *path)
{
	int program = open(path, O_RDONLY | O_CLOEXEC);
	if (program < 0)
		return -errno;
	int copy = Create();
	int result = copy < 0 ? copy : Fill(copy, program);
	if (copy >= 0 && result == 0)
		result = Reopen(copy);
	(void)close(program); // it was only read
	if (copy >= 0 && close(copy) && result >= 0) {
		int error = -errno;
		(void)close(result); // the copy may be lacking something, and goes
		return error;
	}
	return result;
}
#endif

} // namespace

Napi::Value UnreadableCopy(const Napi::CallbackInfo &info)
{
#ifdef __linux__
	const std::string path = info[0].As<Napi::String>().Utf8Value();
	int descriptor = Copy(path.c_str());
#else
	int descriptor = -ENOSYS;
#endif
	return Napi::Number::New(info.Env(), descriptor);
}

#include "file_lock.h"

#include <cerrno>
#ifdef __linux__
#include <fcntl.h>
#include <unistd.h>
#endif

namespace
{

#ifdef __linux__
// A single byte where no file has any: CIFS has locks keep others, and a child of ours, from writing to what is locked.
const off_t PLACE = off_t{1} << 62;

// How often a lock is tried for that is refused, and then nobody's.
const int TRIES = 3;

struct flock Place(short type)
{
	struct flock place = {};
	place.l_type = type;
	place.l_whence = SEEK_SET;
	place.l_start = PLACE;
	place.l_len = 1;
	return place;
}

// fcntl(2), F_OFD_SETLK: EINVAL before Linux 3.15.
int Set(int descriptor, short type)
{
	struct flock place = Place(type);
	while (fcntl(descriptor, F_OFD_SETLK, &place)) {
		if (errno != EINTR)
			return -errno;
	}
	return 0;
}

// Who may only read can take a lock to read, in the way of ours: it is none of ours (-EBUSY, which fcntl(2) never says here).
int Lock(int descriptor)
{
	for (int tries = 0; tries < TRIES; tries++) {
		int error = Set(descriptor, F_WRLCK);
		if (error != -EAGAIN)
			return error;
		struct flock other = Place(F_WRLCK);
		if (fcntl(descriptor, F_OFD_GETLK, &other))
			return -errno;
		if (other.l_type == F_WRLCK)
			return 1;
		if (other.l_type == F_RDLCK)
			return -EBUSY;
		// It is gone meanwhile.
	}
	return 1;
}
#endif

} // namespace

Napi::Value LockFile(const Napi::CallbackInfo &info)
{
#ifdef __linux__
	int answer = Lock(info[0].As<Napi::Number>().Int32Value());
#else
	int answer = -ENOSYS;
#endif
	return Napi::Number::New(info.Env(), answer);
}

Napi::Value UnlockFile(const Napi::CallbackInfo &info)
{
#ifdef __linux__
	int error = Set(info[0].As<Napi::Number>().Int32Value(), F_UNLCK);
#else
	int error = -ENOSYS;
#endif
	return Napi::Number::New(info.Env(), error);
}

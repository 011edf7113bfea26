/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "file_calls.h"

#include <errno.h>
#ifdef __linux__
#include <fcntl.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The line of the mount is the third one, behind two numbers (proc_pid_fdinfo(5)). */
#define ENOUGH 256

int sb_open_at(int directory, const char *name, int flags)
{
	int descriptor = -1;
	do
		descriptor = (int)syscall(SYS_openat, directory, name, flags | O_CLOEXEC, 0);
	while (descriptor < 0 && errno == EINTR);
	return descriptor < 0 ? -errno : descriptor;
}

static int64_t read_to_end(int file, uint8_t *bytes, size_t length)
{
	size_t done = 0;
	while (done < length) {
		ssize_t count = read(file, bytes + done, length - done);
		if (count == 0)
			return (int64_t)done;
		if (count < 0 && errno != EINTR)
			return -errno;
		done += count < 0 ? 0 : (size_t)count;
	}
	return -EFBIG;
}

int64_t sb_read_file(const char *path, uint8_t *bytes, size_t length)
{
	int file = sb_open_at(AT_FDCWD, path, O_RDONLY);
	if (file < 0)
		return file;
	int64_t count = read_to_end(file, bytes, length);
	(void)close(file); /* nothing was written */
	return count;
}

/* Puts a number, which is not negative, at the end of a text that has room for it. */
static void append(char *text, int number)
{
	char digits[3 * sizeof number];
	size_t count = 0;
	do {
		digits[count++] = (char)('0' + number % 10);
		number /= 10;
	} while (number > 0);
	for (text += strlen(text); count > 0; text++) {
		text[0] = digits[--count];
		text[1] = 0;
	}
}

/* What follows a word in a text; NULL without it. */
static const char *behind(const char *text, const char *word)
{
	for (size_t length = strlen(word); *text; text++) {
		size_t same = 0;
		while (same < length && text[same] == word[same])
			same++;
		if (same == length)
			return text + length;
	}
	return NULL;
}

int64_t sb_mount_of(int descriptor)
{
	char path[sizeof "/proc/self/fdinfo/" + 3 * sizeof descriptor] = "/proc/self/fdinfo/";
	char text[ENOUGH + 1] = {0};
	if (descriptor < 0)
		return -EBADF;
	append(path, descriptor);
	int file = sb_open_at(AT_FDCWD, path, O_RDONLY);
	if (file < 0)
		return file;
	ssize_t count = read(file, text, ENOUGH);
	int error = errno;
	(void)close(file); /* nothing was written */
	if (count < 0)
		return -error;
	const char *digit = behind(text, "\nmnt_id:\t");
	if (!digit || *digit < '0' || *digit > '9')
		return -ENODATA;
	int64_t number = 0;
	for (; *digit >= '0' && *digit <= '9' && number < INT32_MAX; digit++)
		number = number * 10 + *digit - '0';
	return number;
}

int64_t sb_read_names(int descriptor, uint8_t *bytes, size_t length)
{
	long count = syscall(SYS_getdents64, descriptor, bytes, length);
	return count < 0 ? -errno : count;
}
#else
int sb_open_at(int directory, const char *name, int flags)
{
	(void)directory;
	(void)name;
	(void)flags;
	return -ENOSYS;
}

int64_t sb_mount_of(int descriptor)
{
	(void)descriptor;
	return -ENOSYS;
}

int64_t sb_read_file(const char *path, uint8_t *bytes, size_t length)
{
	(void)path;
	(void)bytes;
	(void)length;
	return -ENOSYS;
}

int64_t sb_read_names(int descriptor, uint8_t *bytes, size_t length)
{
	(void)descriptor;
	(void)bytes;
	(void)length;
	return -ENOSYS;
}
#endif

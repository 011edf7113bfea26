/*
 * The system calls of this layer without a C library, each returning a result or -errno, so that
 * landlock.c runs in a Node addon as in a static program of a few kilobytes.
 */
#ifndef SB_LANDLOCK_SYS_H
#define SB_LANDLOCK_SYS_H

#include <stdint.h>

#if defined(__x86_64__)
enum { LL_SYS_CLOSE = 3, LL_SYS_OPENAT = 257, LL_SYS_STATX = 332 };

static inline long ll_call(long number, long a, long b, long c, long d, long e)
{
	long result;
	register long r10 __asm__("r10") = d;
	register long r8 __asm__("r8") = e;
	__asm__ volatile("syscall"
			 : "=a"(result)
			 : "a"(number), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8)
			 : "rcx", "r11", "memory");
	return result;
}
#elif defined(__aarch64__)
enum { LL_SYS_CLOSE = 57, LL_SYS_OPENAT = 56, LL_SYS_STATX = 291 };

static inline long ll_call(long number, long a, long b, long c, long d, long e)
{
	register long x8 __asm__("x8") = number;
	register long x0 __asm__("x0") = a;
	register long x1 __asm__("x1") = b;
	register long x2 __asm__("x2") = c;
	register long x3 __asm__("x3") = d;
	register long x4 __asm__("x4") = e;
	__asm__ volatile("svc #0"
			 : "+r"(x0)
			 : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4)
			 : "memory");
	return x0;
}
#else
#error "Landlock is built for x86-64 and arm64"
#endif

#define LL_AT_FDCWD (-100)
#define LL_AT_EMPTY_PATH 0x1000
#define LL_O_PATH 010000000
#define LL_O_CLOEXEC 02000000
#define LL_STATX_TYPE 1u
#define LL_S_IFMT 0170000u
#define LL_S_IFDIR 0040000u

/* The beginning of struct statx, the same on every architecture (statx(2)). */
struct ll_statx {
	uint32_t mask, blksize;
	uint64_t attributes;
	uint32_t nlink, uid, gid;
	uint16_t mode;
	uint8_t rest[256 - 30];
};

static inline long ll_open_path(const char *path)
{
	return ll_call(LL_SYS_OPENAT, LL_AT_FDCWD, (long)path, LL_O_PATH | LL_O_CLOEXEC, 0, 0);
}

static inline void ll_close(long descriptor)
{
	/* An O_PATH descriptor or a ruleset has nothing to flush: nothing can be lost here. */
	(void)ll_call(LL_SYS_CLOSE, descriptor, 0, 0, 0, 0);
}

/* The file type bits of a descriptor, or -errno. */
static inline long ll_type(long descriptor)
{
	struct ll_statx status;
	long error = ll_call(
		LL_SYS_STATX, descriptor, (long)"", LL_AT_EMPTY_PATH, LL_STATX_TYPE, (long)&status);
	if (error < 0)
		return error;
	return status.mode & LL_S_IFMT;
}

#endif

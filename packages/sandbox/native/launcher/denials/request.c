/* SPDX-License-Identifier: MIT */
#include "request.h"
#include "sb_syscall.h"

#include <asm/fcntl.h>
#include <linux/audit.h>
#include <linux/fcntl.h>
#include <linux/ptrace.h>
#include <linux/stat.h>

#include "../../../../landlock/native/landlock_abi.h"

#ifndef __NR_openat2
#define __NR_openat2 437 /* the same on every architecture */
#endif

#ifndef O_PATH
#define O_PATH 010000000
#endif
#define PLAIN_OPTIONS 0xff    /* the first eight of PTRACE_O_MASK; later kernels may know more */
#define PIDFD_SEND_SIGNAL 424 /* likewise */
#define PIDFD_SIGNAL_PROCESS_GROUP 4
#define PIDFD_GETFD 438 /* likewise */

#if defined(__x86_64__)
#define OWN_ARCHITECTURE AUDIT_ARCH_X86_64
#else
#define OWN_ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

/* How a call passes what the supervisor needs: the number of the argument that has it, or NONE. */
enum { NONE = 7 };

struct shape {
	long number;
	const char *name;
	enum sb_action action;
	uint64_t right;
	uint8_t folder, path, flags;
	uint8_t to_folder, to_path;
};

static const struct shape shapes[] = {
	{__NR_openat, "openat", SB_ASK_OPEN, 0, 0, 1, 2, NONE, NONE},
	{__NR_openat2, "openat2", SB_ASK_OPEN, 0, 0, 1, NONE, NONE, NONE},
	{__NR_mkdirat, "mkdirat", SB_ASK_MAKE, LL_FS_MAKE_DIR, 0, 1, NONE, NONE, NONE},
	{__NR_mknodat, "mknodat", SB_ASK_MAKE, 0, 0, 1, 2, NONE, NONE},
	{__NR_symlinkat, "symlinkat", SB_ASK_MAKE, LL_FS_MAKE_SYM, 1, 2, NONE, NONE, NONE},
	{__NR_unlinkat, "unlinkat", SB_ASK_REMOVE, LL_FS_REMOVE_FILE, 0, 1, 2, NONE, NONE},
	{__NR_renameat2, "renameat2", SB_ASK_RENAME, 0, 0, 1, 4, 2, 3},
	{__NR_linkat, "linkat", SB_ASK_LINK, 0, 0, 1, 4, 2, 3},
	{__NR_truncate, "truncate", SB_ASK_TRUNCATE, 0, NONE, 0, NONE, NONE, NONE},
	{__NR_execve, "execve", SB_ASK_EXECUTE, 0, NONE, 0, NONE, NONE, NONE},
	{__NR_execveat, "execveat", SB_ASK_EXECUTE, 0, 0, 1, 4, NONE, NONE},
	/* The descriptor of the socket, the address, and its length. */
	{__NR_connect, "connect", SB_ASK_PORT, LL_NET_CONNECT_TCP, 0, 1, 2, NONE, NONE},
	{__NR_bind, "bind", SB_ASK_PORT, LL_NET_BIND_TCP, 0, 1, 2, NONE, NONE},
	/* The same, and the flags and the length of the message. */
	{__NR_sendto, "sendto", SB_ASK_SEND, 0, 0, 4, 5, 3, 2},
	/* The descriptor of the socket, what has the address, and the flags. */
	{__NR_sendmsg, "sendmsg", SB_ASK_SEND, 0, 0, NONE, NONE, 2, NONE},
	{__NR_sendmmsg, "sendmmsg", SB_ASK_SEND, 0, 0, NONE, NONE, 3, NONE},
	/* The thread, the signal, and for one call the process. */
	{__NR_kill, "kill", SB_ASK_SIGNAL, 0, NONE, 0, 1, NONE, NONE},
	{__NR_tkill, "tkill", SB_ASK_SIGNAL, 0, NONE, 0, 1, NONE, NONE},
	{__NR_tgkill, "tgkill", SB_ASK_SIGNAL, 0, NONE, 1, 2, NONE, 0},
	/* The process; for memory the number of parts here, and the parts there; and the second process. */
	{__NR_ptrace, "ptrace", SB_ASK_TRACE, 0, NONE, 1, NONE, NONE, NONE},
	{__NR_process_vm_readv, "process_vm_readv", SB_ASK_TRACE, 0, NONE, 0, 2, NONE, 3},
	{__NR_process_vm_writev, "process_vm_writev", SB_ASK_TRACE, 0, NONE, 0, 2, NONE, 3},
	{__NR_kcmp, "kcmp", SB_ASK_TRACE, 0, NONE, 0, NONE, 1, NONE},
	{PIDFD_GETFD, "pidfd_getfd", SB_ASK_TRACE, 0, 0, NONE, NONE, NONE, NONE},
	{__NR_readlinkat, "readlinkat", SB_ASK_READ_LINK, 0, 0, 1, NONE, NONE, NONE},
	{__NR_rt_sigqueueinfo, "rt_sigqueueinfo", SB_ASK_SIGNAL, 0, NONE, 0, 1, NONE, NONE},
	{__NR_rt_tgsigqueueinfo, "rt_tgsigqueueinfo", SB_ASK_SIGNAL, 0, NONE, 1, 2, NONE, 0},
	/* A descriptor of the process, and the signal. */
	{PIDFD_SEND_SIGNAL, "pidfd_send_signal", SB_ASK_SIGNAL, 0, 0, NONE, 1, NONE, NONE},
#ifdef __NR_renameat
	{__NR_renameat, "renameat", SB_ASK_RENAME, 0, 0, 1, NONE, 2, 3},
#endif
#ifdef __NR_open
	{__NR_open, "open", SB_ASK_OPEN, 0, NONE, 0, 1, NONE, NONE},
	{__NR_readlink, "readlink", SB_ASK_READ_LINK, 0, NONE, 0, NONE, NONE, NONE},
	{__NR_creat, "creat", SB_ASK_OPEN, 0, NONE, 0, NONE, NONE, NONE},
	{__NR_mkdir, "mkdir", SB_ASK_MAKE, LL_FS_MAKE_DIR, NONE, 0, NONE, NONE, NONE},
	{__NR_mknod, "mknod", SB_ASK_MAKE, 0, NONE, 0, 1, NONE, NONE},
	{__NR_symlink, "symlink", SB_ASK_MAKE, LL_FS_MAKE_SYM, NONE, 1, NONE, NONE, NONE},
	{__NR_unlink, "unlink", SB_ASK_REMOVE, LL_FS_REMOVE_FILE, NONE, 0, NONE, NONE, NONE},
	{__NR_rmdir, "rmdir", SB_ASK_REMOVE, LL_FS_REMOVE_DIR, NONE, 0, NONE, NONE, NONE},
	{__NR_rename, "rename", SB_ASK_RENAME, 0, NONE, 0, NONE, NONE, 1},
	{__NR_link, "link", SB_ASK_LINK, 0, NONE, 0, NONE, NONE, 1},
#endif
};

/* The right to make a file of that mode (mknod(2)); 0 for none that Landlock knows. */
static uint64_t right_to_make(uint64_t mode)
{
	switch (mode & S_IFMT) {
	case 0:
	case S_IFREG:
		return LL_FS_MAKE_REG;
	case S_IFCHR:
		return LL_FS_MAKE_CHAR;
	case S_IFBLK:
		return LL_FS_MAKE_BLOCK;
	case S_IFIFO:
		return LL_FS_MAKE_FIFO;
	case S_IFSOCK:
		return LL_FS_MAKE_SOCK;
	default:
		return 0;
	}
}

/* Descriptors and flags are int, of which the kernel takes the low 32 bits. */
static uint64_t low(const struct seccomp_data *data, uint8_t argument)
{
	return argument == NONE ? 0 : data->args[argument] & 0xffffffffu;
}

static struct sb_where where(const struct seccomp_data *data, uint8_t folder, uint8_t path)
{
	struct sb_where place = {AT_FDCWD, 0};
	if (folder != NONE)
		place.folder = (int)low(data, folder);
	if (path != NONE)
		place.path = data->args[path];
	return place;
}

/* A signal to a group, or with a siginfo. */
static void refine_signal(const struct seccomp_data *data, struct sb_request *request)
{
	const int32_t target = (int32_t)data->args[0];
	/* These name a process before the thread: 0 is an error. */
	if ((data->nr == __NR_tgkill || data->nr == __NR_rt_tgsigqueueinfo) && target <= 0)
		request->action = SB_ASK_NOTHING;
	if (data->nr == __NR_rt_sigqueueinfo || data->nr == __NR_rt_tgsigqueueinfo) {
		request->how = data->args[data->nr == __NR_rt_sigqueueinfo ? 2 : 3];
		if (!request->how)
			request->action = SB_ASK_NOTHING; /* an error before */
	} else if (data->nr == PIDFD_SEND_SIGNAL) {
		request->how = data->args[2];
		request->resolve = low(data, 3);
		if (request->resolve == PIDFD_SIGNAL_PROCESS_GROUP)
			request->action = SB_ASK_SIGNAL_GROUP;
	} else if (data->nr == __NR_kill && target <= 0) {
		/* To the caller's own group, or to everybody, it always succeeds; the least number is an error. */
		const int is_one = target < -1 && target != INT32_MIN;
		request->action = is_one ? SB_ASK_SIGNAL_GROUP : SB_ASK_NOTHING;
		request->from.path = (uint64_t)(-(int64_t)target);
	}
}

/* Which requests of ptrace(2) ask, and how a part of memory is passed. */
static void refine_trace(const struct seccomp_data *data, struct sb_request *request)
{
	int asks = 1;
	if (data->nr == __NR_ptrace)
		asks = data->args[0] == PTRACE_ATTACH ||
		       (data->args[0] == PTRACE_SEIZE && !data->args[2] &&
			       !(data->args[3] & ~(uint64_t)(PLAIN_OPTIONS | PTRACE_O_EXITKILL)));
	else if (data->nr == PIDFD_GETFD)
		asks = !low(data, 2);
	else if (data->nr != __NR_kcmp) {
		asks = !data->args[5] && data->args[1] && data->args[2] <= 1024;
		request->how = data->args[1];
		request->resolve = data->args[4];
	}
	if (!asks)
		request->action = SB_ASK_NOTHING;
}

/* What only a few calls have. */
static void refine(const struct seccomp_data *data, struct sb_request *request)
{
	if (data->nr == __NR_openat2)
		request->how = data->args[2];
#ifdef __NR_creat
	if (data->nr == __NR_creat)
		request->flags = O_CREAT | O_WRONLY | O_TRUNC;
#endif
	/* Landlock does not restrict this (open(2)). */
	if (request->action == SB_ASK_OPEN && request->flags & O_PATH)
		request->action = SB_ASK_NOTHING;
	if (request->action == SB_ASK_MAKE && request->right == 0) {
		request->right = right_to_make(request->flags);
		if (request->right == 0)
			request->action = SB_ASK_NOTHING;
	}
	if (data->nr == __NR_unlinkat && request->flags & AT_REMOVEDIR)
		request->right = LL_FS_REMOVE_DIR;
	/* A negative length is an error before the name is looked at (truncate(2)). */
	if (request->action == SB_ASK_TRUNCATE && data->args[1] >> 63)
		request->action = SB_ASK_NOTHING;
	/* Not to follow a link is rare; the kernel decides alone. */
	if (request->action == SB_ASK_EXECUTE && request->flags & ~(uint64_t)AT_EMPTY_PATH)
		request->action = SB_ASK_NOTHING;
	if (request->action == SB_ASK_SIGNAL)
		refine_signal(data, request);
	if (request->action == SB_ASK_TRACE)
		refine_trace(data, request);
	/* Without room for the answer it is an error (readlink(2)). */
	if (request->action == SB_ASK_READ_LINK &&
		(int32_t)data->args[data->nr == __NR_readlinkat ? 3 : 2] <= 0)
		request->action = SB_ASK_NOTHING;
	if (data->nr == __NR_sendmsg || data->nr == __NR_sendmmsg)
		request->how = data->args[1];
	/* Without a message nothing is sent. */
	if (data->nr == __NR_sendmmsg && !low(data, 2))
		request->action = SB_ASK_NOTHING;
	if (request->action == SB_ASK_PORT)
		return;
	request->takes_slash =
		request->right == LL_FS_MAKE_DIR || request->right == LL_FS_REMOVE_DIR;
}

void sb_request_of(const struct seccomp_data *data, struct sb_request *request)
{
	*request = (struct sb_request){.action = SB_ASK_NOTHING};
	/* Another table has other numbers. */
	if (data->arch != OWN_ARCHITECTURE)
		return;
	for (unsigned int i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		const struct shape *shape = &shapes[i];
		if (shape->number != data->nr)
			continue;
		request->action = shape->action;
		request->call = shape->name;
		request->right = shape->right;
		request->flags = low(data, shape->flags);
		request->from = where(data, shape->folder, shape->path);
		request->to = where(data, shape->to_folder, shape->to_path);
		refine(data, request);
		return;
	}
}

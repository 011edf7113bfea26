#define _GNU_SOURCE
#include "sb_threads.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/*
 * Signal 33 is the one that glibc (setxid) and musl (cancellation) keep for themselves and
 * therefore never let a program block, not even Node's threads that block "all" signals
 * (nptl(7)). libc's sigaction() refuses it, so the system call is made directly, and the handler
 * that was there is put back afterwards.
 */
#define BROADCAST_SIGNAL 33

#define ANSWER_MILLISECONDS 5000
/* Two listings in a row without a new thread: /proc may skip one while another is ending. */
#define QUIET_LISTINGS 2

enum { PENDING = 1 }; /* outcomes are 0 or negative */

/* The kernel's struct sigaction, which is not libc's (rt_sigaction(2)). */
struct kernel_sigaction {
	void (*handler)(int, siginfo_t *, void *);
	unsigned long flags;
#ifdef __x86_64__
	void (*restorer)(void);
#endif
	uint64_t mask;
};

struct slot {
	pid_t tid;
	atomic_int outcome;
};

static struct {
	sb_thread_fn fn;
	void *argument;
	struct slot *slots;
	atomic_int count;
} broadcast;

#ifdef __x86_64__
#define SA_RESTORER_FLAG 0x04000000ul
/* The kernel returns from a handler through this; libc's own is not reachable by name. */
void sb_threads_restorer(void);
__asm__(".text\n.hidden sb_threads_restorer\n.globl sb_threads_restorer\n"
	".type sb_threads_restorer, @function\nsb_threads_restorer:\n"
	"\tmovl $15, %eax\n\tsyscall\n.size sb_threads_restorer, .-sb_threads_restorer\n");
#endif

static struct slot *slot_of(pid_t tid)
{
	int count = atomic_load(&broadcast.count);
	for (int i = 0; i < count; i++) {
		if (broadcast.slots[i].tid == tid)
			return &broadcast.slots[i];
	}
	return NULL;
}

static void on_signal(int number, siginfo_t *info, void *context)
{
	int saved = errno;
	(void)number;
	(void)context;
	/* Anyone else's signal 33 is not ours to answer. */
	if (info->si_code == SI_TKILL && info->si_pid == getpid()) {
		struct slot *slot = slot_of((pid_t)syscall(SYS_gettid));
		if (slot && atomic_load(&slot->outcome) == PENDING)
			atomic_store(&slot->outcome, broadcast.fn(broadcast.argument));
	}
	errno = saved;
}

static int set_action(const struct kernel_sigaction *action, struct kernel_sigaction *old)
{
	return syscall(SYS_rt_sigaction, BROADCAST_SIGNAL, action, old, sizeof(uint64_t)) ? -errno
											  : 0;
}

/* Signals one thread once. A thread that is gone counts as answered. */
static int signal_thread(pid_t tid)
{
	int count = atomic_load(&broadcast.count);
	if (count == SB_THREADS_MAX)
		return -EAGAIN;
	struct slot *slot = &broadcast.slots[count];
	slot->tid = tid;
	atomic_store(&slot->outcome, PENDING);
	atomic_store(&broadcast.count, count + 1);
	if (syscall(SYS_tgkill, getpid(), tid, BROADCAST_SIGNAL) == 0)
		return 0;
	if (errno != ESRCH)
		return -errno;
	slot->tid = 0;
	atomic_store(&slot->outcome, 0);
	return 0;
}

struct linux_dirent64 {
	uint64_t ino;
	int64_t off;
	uint16_t reclen;
	uint8_t type;
	char name[];
};

/* Signals every listed thread that has no slot yet; returns how many, or -errno. */
static int signal_new_threads(int tasks, pid_t self)
{
	_Alignas(struct linux_dirent64) char buffer[8192];
	int fresh = 0;
	if (lseek(tasks, 0, SEEK_SET) < 0)
		return -errno;
	for (;;) {
		long length = syscall(SYS_getdents64, tasks, buffer, sizeof buffer);
		if (length < 0)
			return -errno;
		if (length == 0)
			return fresh;
		for (long at = 0; at < length;) {
			struct linux_dirent64 *entry = (void *)(buffer + at);
			pid_t tid = (pid_t)strtol(entry->name, NULL, 10);
			at += entry->reclen;
			if (tid <= 0 || tid == self || slot_of(tid))
				continue;
			int error = signal_thread(tid);
			if (error)
				return error;
			fresh++;
		}
	}
}

/* Waits until every signalled thread has answered or is gone. */
static int wait_for_answers(void)
{
	const struct timespec pause = {.tv_nsec = 100000};
	int count = atomic_load(&broadcast.count);
	for (int i = 0; i < count; i++) {
		struct slot *slot = &broadcast.slots[i];
		for (int waited = 0; atomic_load(&slot->outcome) == PENDING; waited++) {
			if (syscall(SYS_tgkill, getpid(), slot->tid, 0) && errno == ESRCH) {
				atomic_store(&slot->outcome, 0);
				slot->tid = 0;
				break;
			}
			if (waited >= ANSWER_MILLISECONDS * 10)
				return -ETIMEDOUT;
			(void)nanosleep(&pause, NULL); /* an interrupted pause is just shorter */
		}
	}
	return 0;
}

static int reach_all(int tasks, pid_t self)
{
	for (int quiet = 0; quiet < QUIET_LISTINGS;) {
		int fresh = signal_new_threads(tasks, self);
		if (fresh < 0)
			return fresh;
		int error = wait_for_answers();
		if (error)
			return error;
		quiet = fresh == 0 ? quiet + 1 : 0;
	}
	return 0;
}

static void count_outcome(struct sb_threads_result *result, int outcome)
{
	result->threads++;
	if (outcome == 0)
		return;
	result->failed++;
	if (result->error == 0)
		result->error = -outcome;
}

int sb_all_threads(sb_thread_fn fn, void *argument, struct sb_threads_result *result)
{
	struct kernel_sigaction ours, old;
	memset(&ours, 0, sizeof ours);
	memset(result, 0, sizeof *result);
	ours.handler = on_signal;
	ours.flags = SA_SIGINFO | SA_RESTART | SA_ONSTACK;
#ifdef __x86_64__
	ours.flags |= SA_RESTORER_FLAG;
	ours.restorer = sb_threads_restorer;
#endif
	int tasks = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tasks < 0)
		return -errno;
	broadcast.slots = calloc(SB_THREADS_MAX, sizeof *broadcast.slots);
	if (!broadcast.slots) {
		(void)close(tasks); /* only read from */
		return -ENOMEM;
	}
	broadcast.fn = fn;
	broadcast.argument = argument;
	atomic_store(&broadcast.count, 0);
	int error = set_action(&ours, &old);
	if (error == 0) {
		error = reach_all(tasks, (pid_t)syscall(SYS_gettid));
		/* A thread that never answered may still get the signal: then our handler stays. */
		if (error == -ETIMEDOUT) {
			(void)close(tasks);
			return error;
		}
		int restored = set_action(&old, NULL);
		if (error == 0)
			error = restored;
	}
	int count = atomic_load(&broadcast.count);
	for (int i = 0; i < count; i++) {
		if (broadcast.slots[i].tid != 0)
			count_outcome(result, atomic_load(&broadcast.slots[i].outcome));
	}
	if (error == 0 && result->failed == 0)
		count_outcome(result, fn(argument));
	free(broadcast.slots);
	broadcast.slots = NULL;
	(void)close(tasks); /* only read from */
	return error ? error : -result->error;
}

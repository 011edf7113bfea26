/* SPDX-License-Identifier: MIT */
/* The calls that the supervisor and its launcher make, as the kernel answers them (kernel/seccomp.c, fs/pipe.c). */
#include "simulated.h"
#include "sb_syscall.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/ioctl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <string.h>

#include "../../../native/launcher/denials/supervise.h"

#define PIDFD_OPEN 434
#define CLOSE_RANGE 436
#define PIPE_PART 4096u
#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#else
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#endif

enum state { FREE, NEW, TAKEN, ANSWERED };

struct notice {
	enum state state;
	uint64_t id;
	enum actor of;
	struct seccomp_data data;
	int error, continues;
};

static struct notice notices[ACTORS];
static uint64_t last_id;
static uint32_t posted;
uint8_t simulated_cells[8];

void simulated_kernel_reset(void)
{
	memset(notices, 0, sizeof notices);
	last_id = 0;
	posted = 0;
}

static int table_of(enum actor actor)
{
	return actor == SUPERVISOR && world.is_apart;
}

/* Whether any living process has it. */
static int is_open(enum object object)
{
	for (int table = 0; table < 2; table++) {
		const int lives =
			world.is_alive[CHILD] || (!world.is_apart && world.is_alive[SUPERVISOR]);
		if (table == 0 ? !lives : !(world.is_apart && world.is_alive[SUPERVISOR]))
			continue;
		for (int i = 0; i < DESCRIPTORS; i++) {
			if (world.tables[table][i] == object)
				return 1;
		}
	}
	return 0;
}

int simulated_pipe_is_open(void)
{
	return is_open(PIPE);
}

static long allocate(enum object object)
{
	const int table = table_of(simulated_self());
	for (int i = CHANNEL + 2; i < DESCRIPTORS; i++) {
		if (world.tables[table][i] == NOTHING) {
			world.tables[table][i] = object;
			world.closes_on_exec[table][i] = 1;
			return i;
		}
	}
	return -EMFILE;
}

int simulated_load(void)
{
	world.has_filter = 1;
	return (int)allocate(LISTENER);
}

void simulated_exec(void)
{
	for (int i = 0; i < DESCRIPTORS; i++) {
		if (world.closes_on_exec[0][i])
			world.tables[0][i] = NOTHING;
		else if (world.tables[0][i] != NOTHING && world.tables[0][i] != PLACE)
			simulated_break("the program has a descriptor of the supervisor");
	}
	world.is_executed = 1;
}

static struct notice *of_state(enum state state)
{
	for (int i = 0; i < ACTORS; i++) {
		if (notices[i].state == state && world.is_alive[notices[i].of])
			return &notices[i];
	}
	return NULL;
}

static struct notice *taken(uint64_t id)
{
	for (int i = 0; i < ACTORS; i++) {
		if (notices[i].state == TAKEN && notices[i].id == id &&
			world.is_alive[notices[i].of])
			return &notices[i];
	}
	return NULL;
}

static int is_answered(long of)
{
	return notices[of].state == ANSWERED || !is_open(LISTENER);
}

/* How the kernel goes on: the rules stand behind the supervisor. */
static long decided(const struct seccomp_data *data)
{
	return data->nr == __NR_openat && simulated_cells[data->args[1] & 7] & 1 ? -EACCES : 0;
}

long simulated_notify(long number, uint64_t path)
{
	const enum actor self = simulated_self();
	struct notice *notice = &notices[self];
	if (!is_open(LISTENER))
		return -ENOSYS;
	*notice = (struct notice){.state = NEW, .id = ++last_id, .of = self};
	notice->data = (struct seccomp_data){.nr = (int)number, .arch = ARCHITECTURE};
	notice->data.args[1] = path;
	posted++;
	/* Before the exec there is a deadline; a program may be interrupted by a signal. */
	const int is_timed = !world.is_executed || simulated_random(8) == 0;
	if (!simulated_await(is_answered, self, is_timed)) {
		notice->state = FREE;
		if (!world.is_executed)
			simulated_die(CHILD);
		return -EINTR;
	}
	if (notice->state != ANSWERED) {
		notice->state = FREE;
		return -ENOSYS;
	}
	notice->state = FREE;
	if (notice->continues && number == __NR_mount)
		simulated_break("a call that the filter denies was let through");
	return notice->continues ? decided(&notice->data) : -notice->error;
}

static long receive(struct seccomp_notif *call)
{
	struct notice *notice = of_state(NEW);
	posted -= posted > 0;
	if (simulated_random(40) == 0)
		return -EINTR;
	if (!notice)
		return -ENOENT;
	notice->state = TAKEN;
	*call = (struct seccomp_notif){
		.id = notice->id, .pid = 100 + (uint32_t)notice->of, .data = notice->data};
	return 0;
}

static long answered(const struct seccomp_notif_resp *response)
{
	struct notice *notice = taken(response->id);
	const int continues = response->flags == SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	if (continues ? response->error || response->val : response->error >= 0 || response->flags)
		simulated_break("an answer that makes a call look done");
	if (!notice)
		return -ENOENT;
	notice->state = ANSWERED;
	notice->continues = continues;
	notice->error = -response->error;
	if (!continues && notice->data.nr == __NR_mount && notice->error == EPERM)
		world.filter_refused++;
	/* By the judge's last look, which need not be what is there now. */
	if (!continues && notice->data.nr == __NR_openat && notice->error == EACCES)
		world.refused[notice->data.args[1] & 7]++;
	return 0;
}

static long request(int descriptor, unsigned long what, void *about)
{
	const int table = table_of(simulated_self());
	if (descriptor < 0 || descriptor >= DESCRIPTORS ||
		world.tables[table][descriptor] != LISTENER)
		return -EBADF;
	if (what == SECCOMP_IOCTL_NOTIF_RECV)
		return receive(about);
	if (what == SECCOMP_IOCTL_NOTIF_SEND)
		return answered(about);
	if (what == SECCOMP_IOCTL_NOTIF_ID_VALID)
		return taken(*(const uint64_t *)about) ? 0 : -ENOENT;
	return simulated_random(2) ? 0 : -EINVAL;
}

static size_t room(void)
{
	return world.room - world.in_pipe;
}

static int looked_at(const struct pollfd *end)
{
	int table = table_of(simulated_self());
	const enum object object =
		end->fd < 0 || end->fd >= DESCRIPTORS ? NOTHING : world.tables[table][end->fd];
	const int users = world.is_alive[CHILD] || world.is_alive[DESCENDANT];
	switch (object) {
	case LISTENER:
		return (of_state(NEW) ? POLLIN & end->events : 0) | (users ? 0 : POLLHUP);
	case PROCESS:
		return world.is_alive[CHILD] ? 0 : POLLIN & end->events;
	case PIPE:
		return (world.reader_is_gone ? POLLERR : 0) |
		       (room() >= PIPE_PART ? POLLOUT & end->events : 0);
	default:
		return end->fd < 0 ? 0 : POLLNVAL;
	}
}

static struct {
	struct pollfd *ends;
	unsigned long count;
} polled[ACTORS];

static int is_polled(long of)
{
	int ready = 0;
	for (unsigned long i = 0; i < polled[of].count; i++) {
		struct pollfd *end = &polled[of].ends[i];
		end->revents = (short)looked_at(end);
		if (end->revents & POLLNVAL)
			simulated_break("a descriptor that is not open is waited for");
		ready += end->revents != 0;
	}
	return ready != 0;
}

static long await_poll(struct pollfd *ends, unsigned long count, int is_timed)
{
	const enum actor self = simulated_self();
	int ready = 0;
	polled[self].ends = ends;
	polled[self].count = count;
	if (!simulated_await(is_polled, self, is_timed))
		return 0;
	(void)is_polled(self);
	for (unsigned long i = 0; i < count; i++)
		ready += ends[i].revents != 0;
	return ready;
}

static long written(int descriptor, const char *bytes, size_t length)
{
	if (world.tables[table_of(simulated_self())][descriptor] != PIPE)
		return -EBADF;
	if (world.reader_is_gone)
		return -EPIPE;
	if (room() == 0 || (length <= PIPE_PART && room() < length))
		return -EAGAIN;
	if (length > room())
		length = room();
	memcpy(world.pipe + world.in_pipe, bytes, length);
	world.in_pipe += length;
	return (long)length;
}

static long closed(long descriptor)
{
	world.tables[table_of(simulated_self())][descriptor] = NOTHING;
	return 0;
}

static long duplicated(const long arguments[6])
{
	const int table = table_of(simulated_self());
	world.tables[table][arguments[1]] = world.tables[table][arguments[0]];
	world.closes_on_exec[table][arguments[1]] = arguments[2] == O_CLOEXEC;
	return arguments[1];
}

/* Its descriptors are its own from here on. */
static long parted(void)
{
	memcpy(world.tables[1], world.tables[0], sizeof world.tables[0]);
	world.is_apart = 1;
	return 0;
}

static int may_fail(long number)
{
	return number == __NR_fcntl || number == PIDFD_OPEN || number == __NR_dup3 ||
	       number == __NR_clone || number == __NR_mmap || number == __NR_setsid ||
	       number == __NR_prctl || number == __NR_chdir || number == __NR_rt_sigprocmask ||
	       number == __NR_capset || number == __NR_timer_create ||
	       number == __NR_timer_settime || number == CLOSE_RANGE;
}

long sb_simulated(long number, const long arguments[6])
{
	simulated_step();
	if (world.failing && may_fail(number) && simulated_random(world.failing) == 0)
		return -EPERM;
	switch (number) {
	case __NR_mmap:
		memset(&simulated_shared, 0, sizeof simulated_shared);
		return (long)&simulated_shared;
	case __NR_getpid:
		return 100 + (long)simulated_self();
	case PIDFD_OPEN:
		return allocate(PROCESS);
	case __NR_dup3:
		return duplicated(arguments);
	case __NR_fcntl:
		if (arguments[1] == F_SETFD)
			world.closes_on_exec[0][arguments[0]] = arguments[2] == FD_CLOEXEC;
		return 0;
	case __NR_clone:
		simulated_start(SUPERVISOR);
		return 102;
	case __NR_kill:
		simulated_die(SUPERVISOR);
		return 0;
	case __NR_close:
		return closed(arguments[0]);
	case CLOSE_RANGE:
		return parted();
	case __NR_ioctl:
		return request(
			(int)arguments[0], (unsigned long)arguments[1], (void *)arguments[2]);
	case __NR_ppoll:
		return await_poll((struct pollfd *)arguments[0], (unsigned long)arguments[1],
			arguments[2] != 0);
	case __NR_write:
		return written((int)arguments[0], (const char *)arguments[1], (size_t)arguments[2]);
	case __NR_exit_group:
		simulated_die(simulated_self());
	}
	return 0;
}

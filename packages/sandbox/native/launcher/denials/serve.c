/* SPDX-License-Identifier: MIT */
#include "stand.h"
#include "filter.h"
#include "judge.h"
#include "tell.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <linux/ioctl.h>
#include <linux/poll.h>
#include <linux/seccomp.h>

/* Linux 6.6: the caller goes on at once on the same processor. Before, the kernel refuses it, which costs time only. */
#define SET_FLAGS _IOW('!', 4, uint64_t)
#define SYNC_WAKE_UP 1

/* The kernel may write a larger structure one day, and takes only one that is zero. */
union notified {
	struct seccomp_notif call;
	uint8_t room[1024];
};

struct served {
	const struct sb_shared *shared;
	int listener;
	uint64_t id;
};

static int still_waits(void *context)
{
	const struct served *served = context;
	uint64_t id = served->id;
	return sb_syscall3(__NR_ioctl, served->listener, SECCOMP_IOCTL_NOTIF_ID_VALID, (long)&id) ==
	       0;
}

/* A caller that a signal has interrupted meanwhile has got no answer: nothing is reported then. */
static int answer(const struct served *served, int error)
{
	struct seccomp_notif_resp response = {.id = served->id, .error = -error};
	if (!error)
		response.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	return sb_syscall3(__NR_ioctl, served->listener, SECCOMP_IOCTL_NOTIF_SEND,
		       (long)&response) == 0;
}

void sb_refuse(int listener)
{
	static union notified notified;
	if (sb_syscall3(__NR_ioctl, listener, SECCOMP_IOCTL_NOTIF_RECV, (long)&notified))
		return;
	const struct served served = {NULL, listener, notified.call.id};
	(void)answer(&served, ECANCELED); /* the launcher ends in time if it gets none */
}

/* 1: denied, and *denial says why. 0: the kernel decides. -1: the filter did not ask about such a call. */
static int decide(struct served *served, const struct seccomp_notif *call,
	struct sb_request *request, struct sb_denial *denial)
{
	struct seccomp_data seen;
	const uint32_t asked = sb_filter_answer(&served->shared->filter, &call->data, &seen);
	request->call = "filter";
	if ((asked & SECCOMP_RET_ACTION_FULL) != SECCOMP_RET_USER_NOTIF)
		return -1;
	if (asked & SECCOMP_RET_DATA) {
		sb_filter_deny(denial, asked, &seen);
		return 1;
	}
	sb_request_of(&call->data, request);
	return sb_judge(served->shared, request, call->pid, still_waits, served, denial);
}

/* 0, or -errno if nothing can be received any more. */
static long serve_one(struct served *served)
{
	static union notified notified;
	static struct sb_denial denial;
	struct sb_request request;
	memset(&notified.call, 0, sizeof notified.call);
	long error = sb_syscall3(
		__NR_ioctl, served->listener, SECCOMP_IOCTL_NOTIF_RECV, (long)&notified);
	/* ENOENT: the caller was killed or interrupted before its call was taken. */
	if (error == -ENOENT || error == -EINTR)
		return 0;
	if (error)
		return error;
	served->id = notified.call.id;
	const int is_denied = decide(served, &notified.call, &request, &denial);
	if (is_denied < 0) {
		(void)answer(
			served, EPERM); /* it waits for one, and gets none that allows anything */
		return 0;
	}
	struct sb_told told = {.thread = notified.call.pid, .call = request.call};
	if (is_denied)
		sb_tell_begin(&told, &denial);
	if (answer(served, is_denied ? denial.error : 0) && is_denied)
		sb_tell(&told, &denial);
	return 0;
}

enum { LISTENER, TARGET, REPORT };

/* What is still awaited after a look at all three. */
static void tell_rest(struct pollfd ends[3])
{
	/* The count of the target's whole life; what its descendants do after that is not reported. */
	if (ends[TARGET].revents) {
		if (ends[REPORT].fd >= 0) {
			sb_tell_end(ends[REPORT].fd);
			(void)sb_syscall3(__NR_close, ends[REPORT].fd, 0, 0);
		}
		ends[TARGET].fd = ends[REPORT].fd = -1;
	} else if (ends[REPORT].revents & POLLERR ||
		   (ends[REPORT].revents && sb_tell_write(ends[REPORT].fd))) {
		/* Nobody reads any more. Looking there again would always find that, and never wait. */
		(void)sb_syscall3(__NR_close, ends[REPORT].fd, 0, 0);
		ends[REPORT].fd = -1;
	}
}

void sb_serve(const struct sb_shared *shared, int listener, int channel)
{
	struct served served = {shared, listener, 0};
	struct pollfd ends[3] = {{.fd = listener, .events = POLLIN},
		{.fd = channel + 1, .events = POLLIN}, {.fd = channel}};
	(void)sb_syscall3(__NR_ioctl, listener, SET_FLAGS, SYNC_WAKE_UP);
	if (sb_syscall3(__NR_fcntl, channel, F_SETFL, O_NONBLOCK | O_WRONLY))
		return;
	for (;;) {
		ends[REPORT].events = sb_tell_waits() ? POLLOUT : 0;
		long ready = sb_syscall6(__NR_ppoll, (long)ends, 3, 0, 0, 0, 0);
		if (ready == -EINTR)
			continue;
		if (ready < 0)
			return;
		if (ends[LISTENER].revents & POLLIN && serve_one(&served))
			return;
		/* No process has the filter. Its last denials come before the end. */
		if (!(ends[LISTENER].revents & POLLIN) && ends[LISTENER].revents)
			ends[TARGET].revents = POLLIN;
		tell_rest(ends);
		if (!(ends[LISTENER].revents & POLLIN) && ends[LISTENER].revents)
			return;
	}
}

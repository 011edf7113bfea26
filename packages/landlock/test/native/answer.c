/* SPDX-License-Identifier: MIT */
/*
 * Answers the Landlock calls of a program in the kernel's place, to provoke kernels that this
 * machine has not got. Arguments, then the program and its arguments:
 *   errno N      all three calls fail with N
 *   skip N       the call of number N answers 0 and does nothing
 *   abi N        the kernel says that its ABI is N; the rest is left to it
 *   lie caller   restricting the main thread answers 0 and does nothing; others are restricted
 *   lie later    likewise for every thread but the first that asks, which is the rehearsal
 *   lie tsync    says ABI 8, and restricting all threads at once answers 0 and does nothing
 *   lie ruleset  every ruleset forbids writing and nothing else
 */
#define _GNU_SOURCE
#include "../../native/landlock_abi.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define FIELD(name) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, name))
#define ANSWER(value) BPF_STMT(BPF_RET | BPF_K, value)
#define IF_NOT(value, skip) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, 0, skip)

static int load(struct sock_filter *filter, unsigned short length, unsigned int flags)
{
	struct sock_fprog program = {length, filter};
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
}

static int fail_all(unsigned int number)
{
	struct sock_filter filter[] = {
		FIELD(nr),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, LL_SYS_CREATE_RULESET, 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, LL_SYS_RESTRICT_SELF, 1, 0),
		ANSWER(SECCOMP_RET_ERRNO | (number & SECCOMP_RET_DATA)),
		ANSWER(SECCOMP_RET_ALLOW),
	};
	return load(filter, sizeof filter / sizeof *filter, 0);
}

/* How a kernel answers that can't be told from one number. */
struct manner {
	const char *name;
	int abi;     /* what it says its ABI is; 0 leaves that to the kernel */
	int ruleset; /* what it gives out whatever was asked for; -1 leaves that to the kernel */
};

static pid_t caller; /* the main thread of the program */

/* Not what it forks to ask whether a call is denied (sb_ask.h). */
static int is_thread_of_caller(uint32_t thread)
{
	char path[64];
	(void)snprintf(path, sizeof path, "/proc/%d/task/%u", caller, thread);
	return access(path, F_OK) == 0;
}

static int is_lie(const struct manner *manner, const struct seccomp_notif *question, int calls)
{
	if (strcmp(manner->name, "caller") == 0)
		return question->pid == (uint32_t)caller;
	/* The first is the rehearsal. */
	if (strcmp(manner->name, "later") == 0)
		return calls > 1;
	return strcmp(manner->name, "tsync") == 0 && question->data.args[1] & LL_RESTRICT_TSYNC;
}

static void answer_create(const struct manner *manner, int listener, struct seccomp_notif *question,
	struct seccomp_notif_resp *answer)
{
	struct seccomp_notif_addfd gift = {.id = question->id,
		.flags = SECCOMP_ADDFD_FLAG_SEND,
		.srcfd = (uint32_t)manner->ruleset};
	if (question->data.args[2] == LL_CREATE_VERSION && manner->abi) {
		answer->val = manner->abi;
	} else if (question->data.args[2] == LL_CREATE_ERRATA && manner->abi) {
		answer->error = -EINVAL; /* older kernels can't be asked */
	} else if (question->data.args[2] == 0 && manner->ruleset >= 0) {
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &gift) < 0)
			_exit(1);
		answer->id = 0; /* that was the answer */
	} else {
		answer->flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
	}
}

/*
 * Answers every question until the program that asks is gone, which the end of the pipe tells: a
 * parent-death signal would not come, since a signal scope stops it.
 */
static void serve(int listener, int alive, const struct manner *manner)
{
	struct seccomp_notif question;
	struct pollfd events[] = {{listener, POLLIN, 0}, {alive, POLLIN, 0}};
	int calls = 0;
	(void)close(STDOUT_FILENO); /* whoever reads the program's output waits for its end */
	(void)close(STDERR_FILENO);
	while (poll(events, 2, -1) > 0 || errno == EINTR) {
		struct seccomp_notif_resp answer = {0};
		if (events[1].revents)
			_exit(0);
		memset(&question, 0, sizeof question);
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &question))
			continue;
		answer.id = question.id;
		if (question.data.nr == LL_SYS_CREATE_RULESET)
			answer_create(manner, listener, &question, &answer);
		else if (!is_thread_of_caller(question.pid) || !is_lie(manner, &question, ++calls))
			answer.flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE;
		if (answer.id && ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) &&
			errno != ENOENT)
			_exit(1);
	}
	_exit(1);
}

static int pretend(const struct manner *manner)
{
	struct sock_filter filter[] = {
		FIELD(nr),
		IF_NOT(LL_SYS_CREATE_RULESET, 1),
		ANSWER(SECCOMP_RET_USER_NOTIF),
		IF_NOT(LL_SYS_RESTRICT_SELF, 1),
		ANSWER(SECCOMP_RET_USER_NOTIF),
		ANSWER(SECCOMP_RET_ALLOW),
	};
	int listener =
		load(filter, sizeof filter / sizeof *filter, SECCOMP_FILTER_FLAG_NEW_LISTENER);
	int alive[2];
	caller = getpid();
	if (listener < 0 || pipe(alive))
		return -1;
	pid_t server = fork();
	if (server == 0) {
		(void)close(alive[1]); /* the program's end of it stays open until it is gone */
		serve(listener, alive[0], manner);
	}
	return server < 0 ? -1 : close(alive[0]) | close(listener);
}

/* A ruleset that forbids writing, whatever more was asked for. */
static int weak_ruleset(void)
{
	const struct ll_ruleset_attr attr = {.handled_fs = LL_FS_WRITE_FILE};
	return (int)syscall(LL_SYS_CREATE_RULESET, &attr, sizeof attr, 0);
}

static int lie(const char *name)
{
	struct manner manner = {name, strcmp(name, "tsync") == 0 ? 8 : 0, -1};
	if (strcmp(name, "ruleset") == 0 && (manner.ruleset = weak_ruleset()) < 0)
		return -1;
	return pretend(&manner);
}

/* The call answers 0 and does nothing. */
static int skip(unsigned int number)
{
	struct sock_filter filter[] = {
		FIELD(nr),
		IF_NOT(number, 1),
		ANSWER(SECCOMP_RET_ERRNO | 0),
		ANSWER(SECCOMP_RET_ALLOW),
	};
	return load(filter, sizeof filter / sizeof *filter, 0);
}

static int answer_for(const char *kind, const char *what)
{
	struct manner says = {"abi", atoi(what), -1};
	if (strcmp(kind, "lie") == 0)
		return lie(what);
	if (strcmp(kind, "errno") == 0)
		return fail_all((unsigned int)atoi(what));
	return strcmp(kind, "skip") == 0 ? skip((unsigned int)atoi(what)) : pretend(&says);
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	if (answer_for(argv[1], argv[2])) {
		perror("answer");
		return 71;
	}
	(void)execv(argv[3], argv + 3);
	perror(argv[3]);
	return 72;
}

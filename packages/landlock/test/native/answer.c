/*
 * Answers the Landlock calls of a program in the kernel's place, to provoke kernels that this
 * machine has not got. Arguments: `errno N` (all three calls fail with N), `skip N` (the call of
 * number N answers 0 and does nothing) or `abi N` (the kernel says that its ABI is N; the rest is
 * left to it), then the program and its arguments.
 */
#define _GNU_SOURCE
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
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 444, 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, 446, 1, 0),
		ANSWER(SECCOMP_RET_ERRNO | (number & SECCOMP_RET_DATA)),
		ANSWER(SECCOMP_RET_ALLOW),
	};
	return load(filter, sizeof filter / sizeof *filter, 0);
}

/*
 * Answers every question with the same number, until the program that asks is gone, which the end
 * of the pipe tells: a parent-death signal would not come, since a signal scope stops it.
 */
static void serve(int listener, int alive, int abi)
{
	struct seccomp_notif question;
	struct seccomp_notif_resp answer;
	struct pollfd events[] = {{listener, POLLIN, 0}, {alive, POLLIN, 0}};
	(void)close(STDOUT_FILENO); /* whoever reads the program's output waits for its end */
	(void)close(STDERR_FILENO);
	while (poll(events, 2, -1) > 0 || errno == EINTR) {
		if (events[1].revents)
			_exit(0);
		memset(&question, 0, sizeof question);
		memset(&answer, 0, sizeof answer);
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &question))
			continue;
		answer.id = question.id;
		answer.val = abi;
		if (ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer) && errno != ENOENT)
			_exit(1);
	}
	_exit(1);
}

static int pretend(int abi)
{
	struct sock_filter filter[] = {
		FIELD(nr),
		IF_NOT(444, 5),
		FIELD(args[2]),
		IF_NOT(1, 1),
		ANSWER(SECCOMP_RET_USER_NOTIF),
		IF_NOT(2, 1),
		ANSWER(SECCOMP_RET_ERRNO | EINVAL), /* no errata: older kernels have none */
		ANSWER(SECCOMP_RET_ALLOW),
	};
	int listener =
		load(filter, sizeof filter / sizeof *filter, SECCOMP_FILTER_FLAG_NEW_LISTENER);
	int alive[2];
	if (listener < 0 || pipe(alive))
		return -1;
	pid_t server = fork();
	if (server == 0) {
		(void)close(alive[1]); /* the program's end of it stays open until it is gone */
		serve(listener, alive[0], abi);
	}
	return server < 0 ? -1 : close(alive[0]) | close(listener);
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

static int answer_for(const char *kind, int number)
{
	if (strcmp(kind, "errno") == 0)
		return fail_all((unsigned int)number);
	return strcmp(kind, "skip") == 0 ? skip((unsigned int)number) : pretend(number);
}

int main(int argc, char **argv)
{
	if (argc < 4)
		return 2;
	int number = atoi(argv[2]);
	if (answer_for(argv[1], number)) {
		perror("answer");
		return 71;
	}
	(void)execv(argv[3], argv + 3);
	perror(argv[3]);
	return 72;
}

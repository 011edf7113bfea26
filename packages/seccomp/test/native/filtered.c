/* SPDX-License-Identifier: MIT */
/*
 * A process whose filters somebody else reads. Arguments: a number of filters, and a mode. Filter n answers getppid(2)
 * for an argument n with error 100 + n. Prints "ready" and waits for the end of standard input:
 *   read    in read(2)
 *   vfork   in vfork(2), where nothing stops it; a child waits
 *   traced  while a child traces it
 *   thread  while a thread has one filter more
 * Then it prints how often it got SIGUSR1, and ends.
 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t signals;

static void die(const char *what)
{
	perror(what);
	_exit(1);
}

static void on_signal(int number)
{
	(void)number;
	signals++;
}

static void load(unsigned int number)
{
	struct sock_filter instructions[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getppid, 0, 3),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, number, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | (100 + number)),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof instructions / sizeof *instructions, instructions};
	if (syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, 0, &program) != 0)
		die("seccomp");
}

static void ready(void)
{
	if (write(1, "ready\n", 6) != 6)
		die("write");
}

static void wait_for_end(void)
{
	char byte;
	while (read(0, &byte, 1) != 0)
		if (errno != EINTR)
			die("read");
}

static void *with_one_more(void *number)
{
	load(*(unsigned int *)number);
	ready();
	for (;;)
		pause();
	return NULL;
}

static void be_traced(void)
{
	pid_t parent = getpid();
	pid_t child = fork();
	if (child < 0)
		die("fork");
	if (child > 0)
		return;
	if (ptrace(PTRACE_SEIZE, parent, NULL, NULL) != 0)
		die("ptrace");
	ready();
	wait_for_end();
	_exit(0);
}

int main(int argc, char **argv)
{
	struct sigaction action = {.sa_handler = on_signal};
	unsigned int filters = argc == 3 ? (unsigned int)atoi(argv[1]) : 0;
	const char *mode = argc == 3 ? argv[2] : "";
	unsigned int next = filters + 1;
	pthread_t thread;
	if (sigaction(SIGUSR1, &action, NULL) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		die("prepare");
	for (unsigned int i = 1; i <= filters; i++)
		load(i);
	if (strcmp(mode, "vfork") == 0) {
		pid_t child = vfork();
		if (child == 0) {
			ready();
			wait_for_end();
			_exit(0);
		}
	} else if (strcmp(mode, "traced") == 0) {
		be_traced();
		wait_for_end();
		if (wait(NULL) < 0)
			die("wait");
	} else if (strcmp(mode, "thread") == 0) {
		if (pthread_create(&thread, NULL, with_one_more, &next) != 0)
			die("thread");
		wait_for_end();
	} else {
		ready();
		wait_for_end();
	}
	printf("resumed after %d signals\n", (int)signals);
	return 0;
}

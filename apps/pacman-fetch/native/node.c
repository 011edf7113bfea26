/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "node.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <limits.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "architecture.h"
#include "front/said.h"

#ifndef __NR_io_uring_setup
#define __NR_io_uring_setup 425
#endif
#ifndef __NR_io_uring_enter
#define __NR_io_uring_enter 426
#endif

#ifndef __NR_close_range
#define __NR_close_range 436
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

/* It restricts nothing, so calls of another architecture pass: Node makes none. io_uring_enter(2) fails
 * too: @sb/seccomp then knows that no io_uring is in use, and does not ask each possible descriptor,
 * of which there may be half a million (RLIMIT_NOFILE). */
static struct sock_filter filter[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 0, 4),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_setup, 1, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_enter, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

int node_without_rings(void)
{
	const struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};
	/* A process without CAP_SYS_ADMIN needs it, and every download sets it in any case. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* Descriptors that were inherited by mistake. A kernel without close_range(2) leaves them, and the
 * program finds them. */
void node_forget_descriptors(unsigned int first)
{
	if (syscall(__NR_close_range, first, ~0U, CLOSE_RANGE_CLOEXEC))
		errno = 0;
}

/* The beginnings of variables by which the caller makes Node and its libraries load code or data,
 * trust certificates or write files. They are NODE_OPTIONS, OPENSSL_CONF and similar ones;
 * ICU_DATA, whose files ICU maps and trusts before Node's first line; libuv's UV_USE_IO_URING;
 * SSL_CERT_FILE if Node uses the system's certificates; keys and logs of TLS. The caller of root
 * may be another user, whose environment sudo(8) has kept. This program uses none of them. The same
 * list: src/node-variables.ts. */
static const char *const orders[] = {
	"NODE_",
	"OPENSSL_",
	"ICU_",
	"UV_",
	"SSL_CERT_",
	"CTLOG_FILE=",
	"SSLKEYLOGFILE=",
	"QLOGDIR=",
};

static int is_order(const char *variable)
{
	for (size_t i = 0; i < sizeof(orders) / sizeof(orders[0]); i++)
		if (!strncmp(variable, orders[i], strlen(orders[i])))
			return 1;
	return 0;
}

static void forget_variables(void)
{
	char **kept = environ;
	for (char **one = environ; *one; one++)
		if (!is_order(*one))
			*kept++ = *one;
	*kept = NULL;
}

/* The exit status, as of a shell for a command that cannot be started. */
enum { NODE_FAILED = 127 };

/* The exit status of the child of node_runs() that has said why it did not start. */
enum { UNSTARTED = 125 };

/* The error of readlink(2), or a path that is too long. */
static void said_unfound(int error)
{
	char text[160];
	const int has_proc = !access("/proc/self/exe", F_OK) || errno != ENOENT;
	(void)snprintf(text, sizeof(text), "pacman-fetch cannot find its own program: %s",
		has_proc ? strerror(error) : "/proc is not mounted"); /* always fits */
	said_error(text, has_proc ? "Install it in another directory."
				  : "Run \"mount -t proc proc /proc\".");
}

static void said_absent(const char *path)
{
	char text[PATH_MAX + 32];
	(void)snprintf(text, sizeof(text), "%s does not exist", path); /* always fits */
	said_error(
		text, "Put the starter of pacman-fetch beside the directory dist of its package.");
}

static void said_unstarted(int error)
{
	char text[160];
	(void)snprintf(
		text, sizeof(text), "cannot start node: %s", strerror(error)); /* always fits */
	said_error(text, "Install Node 20.19 or later where PATH finds it (on Arch: nodejs).");
}

/* The path of a script, for any way of starting this program; 0 or -1 with errno. */
static int find_script(const char *name, char *path, size_t size)
{
	static const char folder[] = "/dist/";
	ssize_t length = readlink("/proc/self/exe", path, size);
	if (length < 0)
		return -1;
	while (length > 0 && path[length - 1] != '/')
		length--;
	if (length == 0 || (size_t)length + sizeof(folder) + strlen(name) > size) {
		errno = ENAMETOOLONG;
		return -1;
	}
	strcpy(path + length - 1, folder);
	strcat(path, name);
	return 0;
}

/* Threads of Node that collect garbage and compile beside the program; four without it. A short run waits
 * for their start and their end, and each step that restricts the process waits for each of them. Unlike an
 * option of V8 it leaves the code cache valid (docs/decisions/0028). */
static char one_helper[] = "--v8-pool-size=1";

int node_become(const char *script, char **arguments)
{
	static char path[PATH_MAX];
	int count = 0;
	while (arguments[count])
		count++;
	char *all[count + 4];
	if (find_script(script, path, sizeof(path))) {
		said_unfound(errno);
		return NODE_FAILED;
	}
	/* Node itself would show where its own loader has failed. */
	if (access(path, F_OK) && errno == ENOENT) {
		said_absent(path);
		return NODE_FAILED;
	}
	forget_variables();
	int at = 0;
	all[at++] = "node";
	all[at++] = one_helper;
	all[at++] = path;
	for (int i = 0; i <= count; i++)
		all[at++] = arguments[i]; /* the last one is the null that ends it */
	execvp(all[0], all);
	said_unstarted(errno);
	return NODE_FAILED;
}

/* Never returns. Its messages are shown: the loader names the library that is missing. */
static void become_version(void)
{
	char *words[] = {"node", "--version", NULL};
	int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (null >= 0)
		(void)dup2(null, STDOUT_FILENO); /* else the version is shown */
	forget_variables();
	execvp(words[0], words);
	said_unstarted(errno);
	_exit(UNSTARTED);
}

int node_runs(void)
{
	char text[160];
	int status = 0;
	const pid_t pid = fork();
	if (pid == 0)
		become_version();
	while (pid > 0 && waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return 1;
	/* If nothing can be started here, the start of the program says why. */
	if (pid < 0 || (WIFEXITED(status) && !WEXITSTATUS(status)))
		return 1;
	if (WIFEXITED(status) && WEXITSTATUS(status) == UNSTARTED)
		return 0;
	if (WIFSIGNALED(status))
		(void)snprintf(
			text, sizeof(text), "node does not run: %s", strsignal(WTERMSIG(status)));
	else
		(void)snprintf(text, sizeof(text), "node does not run: it exits with status %d",
			WEXITSTATUS(status)); /* it always fits */
	said_error(text, "Check what \"node --version\" says. To install nodejs again, comment out "
			 "XferCommand first.");
	return 0;
}

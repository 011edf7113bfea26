/*
 * Starts the program, dist/cli.js beside this file, in the node of PATH: without variables that Node would take orders
 * from, and without io_uring where one file is to be downloaded.
 *
 * libuv opens an io_uring for its event loop in Node 22 and later, and a process that has one in use can't be restricted
 * (docs/decisions/0007). Where io_uring_setup(2) fails with ENOSYS libuv does without. The filter is for that alone and
 * no restriction: that it can't be had is no error, since a worker downloads then.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "unknown architecture"
#endif

#ifndef __NR_io_uring_setup
#define __NR_io_uring_setup 425
#endif

#ifndef __NR_close_range
#define __NR_close_range 436
#endif
#ifndef CLOSE_RANGE_CLOEXEC
#define CLOSE_RANGE_CLOEXEC (1U << 2)
#endif

/* Of no restriction, so calls of another architecture pass: Node makes none. */
static struct sock_filter filter[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 0, 3),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_setup, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
};

static int without_rings(void)
{
	const struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};
	/* Needed by who lacks CAP_SYS_ADMIN, and set for every download in any case. */
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -1;
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/*
 * Descriptors that nobody meant to hand over. A kernel without close_range(2) leaves them, and the program sees them.
 */
static void forget_descriptors(void)
{
	if (syscall(__NR_close_range, 3, ~0U, CLOSE_RANGE_CLOEXEC))
		errno = 0;
}

/*
 * Variables by which whoever called us has Node load code, trust certificates or write files (NODE_OPTIONS,
 * NODE_EXTRA_CA_CERTS, NODE_V8_COVERAGE, OPENSSL_CONF and their like): root may have been called by another user, whose
 * environment sudo(8) has kept. None of them is ours.
 */
static void forget_variables(void)
{
	char **kept = environ;
	for (char **one = environ; *one; one++)
		if (strncmp(*one, "NODE_", 5) && strncmp(*one, "OPENSSL_", 8))
			*kept++ = *one;
	*kept = NULL;
}

/* A command, for instance "pacman", runs programs that must not inherit this; a download begins with an option. */
static int is_download(int argc, char **argv)
{
	return argc > 1 && argv[1][0] == '-';
}

/* Path of the script, however this program was called; 0 or -1 with errno. */
static int find_script(char *path, size_t size)
{
	static const char script[] = "/dist/cli.js";
	ssize_t length = readlink("/proc/self/exe", path, size);
	if (length < 0)
		return -1;
	while (length > 0 && path[length - 1] != '/')
		length--;
	if (length == 0 || (size_t)length + sizeof(script) > size) {
		errno = ENAMETOOLONG;
		return -1;
	}
	memcpy(path + length - 1, script, sizeof(script));
	return 0;
}

int main(int argc, char **argv)
{
	static char script[PATH_MAX];
	if (argc < 1)
		return 127; /* before Linux 5.18 there may be none, and argv[0] is the end */
	char *arguments[argc + 2];
	if (find_script(script, sizeof(script))) {
		fprintf(stderr, "error: pacman-fetch can't find itself: %s\n", strerror(errno));
		return 127;
	}
	forget_variables();
	if (is_download(argc, argv)) {
		forget_descriptors();
		if (without_rings())
			errno = 0; /* a worker downloads, as where this program isn't used */
	}
	arguments[0] = "node";
	arguments[1] = script;
	for (int i = 1; i <= argc; i++)
		arguments[i + 1] = argv[i]; /* the last one is the null that ends it */
	execvp(arguments[0], arguments);
	fprintf(stderr, "error: node can't be started: %s\n", strerror(errno));
	return 127;
}

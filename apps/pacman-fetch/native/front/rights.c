/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "rights.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <linux/securebits.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "../architecture.h"

#ifndef __NR_landlock_create_ruleset
#define __NR_landlock_create_ruleset 444
#define __NR_landlock_add_rule 445
#define __NR_landlock_restrict_self 446
#endif
#ifndef __NR_io_uring_setup
#define __NR_io_uring_setup 425
#endif

/* Bytes: gpg(1) makes a lock where it may, and is ended by a signal where that may have none. */
enum { MAX_FILE = 16384 };

/*
 * Only processes of this machine can be asked, as gpg-agent(1) is for a database's signature. Calls of another architecture, and those
 * that io_uring makes, would go past that.
 */
static struct sock_filter no_network[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 0, 6),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_io_uring_setup, 4, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_socket, 0, 2),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES),
};

/* As linux/landlock.h has them, which older systems lack: what writes, makes and removes files; what cuts them, of version 3. */
enum {
	WRITE_FILE = 1 << 1,
	WRITES = 0x1fff & ~((1 << 0) | (1 << 2) | (1 << 3)),
	TRUNCATE = 1 << 14
};
enum { VERSION = 1, PATH_BENEATH = 1 };

struct path_beneath {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

/* gpgme(3) opens it for writing. */
static int allow_null(int rules)
{
	const struct path_beneath null = {
		.allowed = WRITE_FILE, .parent = open("/dev/null", O_PATH | O_CLOEXEC)};
	if (null.parent < 0)
		return -1;
	const int error = (int)syscall(__NR_landlock_add_rule, rules, PATH_BENEATH, &null, 0);
	return close(null.parent) || error ? -1 : 0;
}

/* No file may be written, cut, made or removed; what the kernel doesn't know is left to the rest. */
static int write_nothing(void)
{
	const long version = syscall(__NR_landlock_create_ruleset, NULL, 0, VERSION);
	if (version < 0)
		return errno == ENOSYS || errno == EOPNOTSUPP ? 0 : -1;
	const uint64_t handled = version < 3 ? WRITES : WRITES | TRUNCATE;
	const int rules = (int)syscall(__NR_landlock_create_ruleset, &handled, sizeof(handled), 0);
	if (rules < 0)
		return -1;
	const int error = allow_null(rules) || syscall(__NR_landlock_restrict_self, rules, 0);
	return close(rules) || error ? -1 : 0;
}

/* It reads what pacman reads, and has no need of a root's rights, of files or of a network. */
int rights_give_up(void)
{
	const struct sock_fprog program = {sizeof(no_network) / sizeof(no_network[0]), no_network};
	const struct rlimit none = {0, 0}, few = {MAX_FILE, MAX_FILE};
	const unsigned long bits = SECBIT_NOROOT | SECBIT_NOROOT_LOCKED;
	/* Linux before 4.3 lacks ambient capabilities. */
	const int ambient = prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return (ambient && errno != EINVAL) ||
			       (geteuid() == 0 && prctl(PR_SET_SECUREBITS, bits, 0, 0, 0)) ||
			       setrlimit(RLIMIT_FSIZE, &few) || setrlimit(RLIMIT_CORE, &none) ||
			       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || write_nothing() ||
			       prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program)
		       ? -1
		       : 0;
}

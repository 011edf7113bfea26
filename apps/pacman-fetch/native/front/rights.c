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

/* Bytes: gpg(1) creates a lock if it may, and a signal ends it if the lock must be empty. */
enum { MAX_FILE = 16384 };

#ifndef __NR_fchmodat2
#define __NR_fchmodat2 452
#endif
#ifndef __NR_setxattrat
#define __NR_setxattrat 463
#define __NR_removexattrat 466
#endif
#ifndef __NR_file_setattr
#define __NR_file_setattr 469
#endif

#define REFUSE BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EACCES)
#define DENY(call) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1), REFUSE
/* The first call number of the ABI x32 on x86-64. */
enum { X32 = 0x40000000 };

/* Only processes of this machine can be asked, such as gpg-agent(1) for the signature of a
 * database. Calls of another architecture, and those that io_uring makes, would bypass that.
 * Landlock has no right for the metadata of a file: mode, owner, attributes, times. */
static struct sock_filter no_network[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCHITECTURE, 1, 0),
	REFUSE,
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
	BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32, 0, 1),
	REFUSE,
	DENY(__NR_io_uring_setup),
	DENY(__NR_fchmod),
	DENY(__NR_fchmodat),
	DENY(__NR_fchmodat2),
	DENY(__NR_fchown),
	DENY(__NR_fchownat),
	DENY(__NR_setxattr),
	DENY(__NR_lsetxattr),
	DENY(__NR_fsetxattr),
	DENY(__NR_setxattrat),
	DENY(__NR_removexattr),
	DENY(__NR_lremovexattr),
	DENY(__NR_fremovexattr),
	DENY(__NR_removexattrat),
	DENY(__NR_file_setattr),
	DENY(__NR_utimensat),
#ifdef __NR_chmod
	DENY(__NR_chmod),
	DENY(__NR_chown),
	DENY(__NR_lchown),
	DENY(__NR_utime),
	DENY(__NR_utimes),
	DENY(__NR_futimesat),
#endif
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_socket, 0, 2),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, args[0])),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	REFUSE,
};

/* Rights of linux/landlock.h, which older systems lack: those that write, create and remove files,
 * and of version 3 the one that truncates. */
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

/* No file may be written, truncated, created or removed; what the kernel does not support is left
 * to the other layers. */
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

/* It reads what pacman reads, and does not need root's rights, files or a network. */
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

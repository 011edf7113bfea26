/* SPDX-License-Identifier: MIT */
/*
 * What user space and the kernel agree on about Landlock, ABI 1 to 11 (include/uapi/linux/landlock.h
 * and landlock_restrict_self(2)). Copied here as numbers, so that the headers of the machine that
 * builds this don't decide what can be enforced. src/rights.ts has the same table, and a test
 * compares the two.
 */
#ifndef SB_LANDLOCK_ABI_H
#define SB_LANDLOCK_ABI_H

#include <stdint.h>

/* The three calls have the same numbers on every architecture. */
#define LL_SYS_CREATE_RULESET 444
#define LL_SYS_ADD_RULE 445
#define LL_SYS_RESTRICT_SELF 446

#define LL_CREATE_VERSION 1u /* asks for the ABI */
#define LL_CREATE_ERRATA 2u  /* asks for the errata, ABI 7 */

#define LL_FS_EXECUTE (1ull << 0)
#define LL_FS_WRITE_FILE (1ull << 1)
#define LL_FS_READ_FILE (1ull << 2)
#define LL_FS_READ_DIR (1ull << 3)
#define LL_FS_REMOVE_DIR (1ull << 4)
#define LL_FS_REMOVE_FILE (1ull << 5)
#define LL_FS_MAKE_CHAR (1ull << 6)
#define LL_FS_MAKE_DIR (1ull << 7)
#define LL_FS_MAKE_REG (1ull << 8)
#define LL_FS_MAKE_SOCK (1ull << 9)
#define LL_FS_MAKE_FIFO (1ull << 10)
#define LL_FS_MAKE_BLOCK (1ull << 11)
#define LL_FS_MAKE_SYM (1ull << 12)
#define LL_FS_REFER (1ull << 13)
#define LL_FS_TRUNCATE (1ull << 14)
#define LL_FS_IOCTL_DEV (1ull << 15)
#define LL_FS_RESOLVE_UNIX (1ull << 16)

/* Those that mean something on a file; the others are refused there with EINVAL. */
#define LL_FS_OF_A_FILE                                                                            \
	(LL_FS_EXECUTE | LL_FS_WRITE_FILE | LL_FS_READ_FILE | LL_FS_TRUNCATE | LL_FS_IOCTL_DEV |   \
		LL_FS_RESOLVE_UNIX)
/* Those beyond the table: whether they mean something on a file is for the kernel to say. */
#define LL_FS_UNKNOWN (~((1ull << 17) - 1))

#define LL_NET_BIND_TCP (1ull << 0)
#define LL_NET_CONNECT_TCP (1ull << 1)
#define LL_NET_BIND_UDP (1ull << 2)
#define LL_NET_CONNECT_SEND_UDP (1ull << 3)

#define LL_SCOPE_ABSTRACT_UNIX_SOCKET (1ull << 0)
#define LL_SCOPE_SIGNAL (1ull << 1)

#define LL_RESTRICT_LOG_SAME_EXEC_OFF (1u << 0)
#define LL_RESTRICT_LOG_NEW_EXEC_ON (1u << 1)
#define LL_RESTRICT_LOG_SUBDOMAINS_OFF (1u << 2)
#define LL_RESTRICT_TSYNC (1u << 3)
#define LL_RESTRICT_NO_NEW_PRIVS (1u << 4)

#define LL_ADD_QUIET (1u << 0)

enum { LL_RULE_PATH_BENEATH = 1, LL_RULE_NET_PORT = 2 };

/* An older kernel takes this larger struct as long as the tail that it doesn't know is zero. */
struct ll_ruleset_attr {
	uint64_t handled_fs;
	uint64_t handled_net; /* ABI 4 */
	uint64_t scoped;      /* ABI 6 */
	uint64_t quiet_fs;    /* ABI 10, as are the next two */
	uint64_t quiet_net;
	uint64_t quiet_scoped;
};

struct ll_path_beneath_attr {
	uint64_t allowed;
	int32_t parent;
} __attribute__((packed));

struct ll_net_port_attr {
	uint64_t allowed;
	uint64_t port;
};

#endif

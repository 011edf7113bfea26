/* SPDX-License-Identifier: MIT */
/*
 * A compiled sandbox: a file that holds the launcher's documents, one for each kind of kernel and process that the policy
 * can be enforced on. Numbers are little-endian.
 *
 *     0  64 bytes   "#!", the path of sb-exec, LF, then zeros: so the file can be executed itself
 *    64   8 bytes   "sb-exec" and a zero
 *    72  u32        version
 *    76  u32        flags (enum sb_compiled_flags)
 *    80  u32        length of the whole file
 *    84  u32        number of documents
 *    88  u32        CRC-32 of all bytes but these four: it finds damage, not forgery, which sb_trust_open keeps out
 *    92  u32        zero
 *    96  for each document: u16 lowest and u16 highest Landlock ABI, u32 privileged, u32 offset, u32 length
 *
 * The documents follow in that order, each at a multiple of eight bytes, with nothing but zeros between.
 */
#ifndef SB_EXEC_COMPILED_H
#define SB_EXEC_COMPILED_H

#include <stddef.h>
#include <stdint.h>

#include "sb_record.h"

#define SB_COMPILED_HEADER 96u
#define SB_COMPILED_ENTRY 16u
#define SB_COMPILED_VERSION 1u
#define SB_COMPILED_DOCUMENTS 64u

enum sb_compiled_flags {
	/* The process record names the command: further words are its arguments. */
	SB_COMPILED_COMMAND = 1 << 0,
};

/* The machine for which a document is searched. */
struct sb_machine {
	unsigned int abi;        /* of Landlock, 0 where there is none */
	unsigned int privileged; /* 1 where CAP_SETPCAP is effective */
};

struct sb_compiled {
	unsigned int flags;
	const uint8_t *document;
	size_t length;
};

/* Checks the whole file, then finds the document for a machine. Returns 0, or -errno with the step:
 * "magic" ENOEXEC, "version" EPROTONOSUPPORT, "length" EMSGSIZE, "checksum" EBADMSG, "documents"
 * EINVAL, "privileges" EPERM if there is one only for a process with other rights, "kernel"
 * EOPNOTSUPP if there is none for this kernel. */
int sb_compiled_find(const uint8_t *file, size_t length, struct sb_machine machine,
	struct sb_compiled *compiled, struct sb_failure *failure);

#endif

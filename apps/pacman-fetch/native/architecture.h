/* SPDX-License-Identifier: MIT */
/* What seccomp(2) calls the processor that this program is built for: calls of another one are told apart by it. */
#ifndef START_ARCHITECTURE_H
#define START_ARCHITECTURE_H

#include <linux/audit.h>

#if defined(__x86_64__)
#define ARCHITECTURE AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCHITECTURE AUDIT_ARCH_AARCH64
#else
#error "unknown architecture"
#endif

#endif

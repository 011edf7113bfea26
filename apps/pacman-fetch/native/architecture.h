/* SPDX-License-Identifier: MIT */
/* The name of this program's processor in seccomp(2), which distinguishes calls of another one. */
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

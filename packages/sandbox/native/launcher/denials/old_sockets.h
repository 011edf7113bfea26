/* SPDX-License-Identifier: MIT */
/* The unix sockets with a name that were there before the sandbox. What made them is outside of its domain for certain. About
 * all others, which its own programs may have made, the kernel decides alone. */
#ifndef SB_OLD_SOCKETS_H
#define SB_OLD_SOCKETS_H

#include <stdint.h>

#include "../../../../landlock/native/landlock_sys.h"

#define SB_ABSTRACT_MAX 107u /* bytes of a name, without the NUL before it (unix(7)) */

/* A name without the NUL before it, and the type of its socket: each type has its own names. */
struct sb_abstract {
	int type;        /* SOCK_STREAM and the like */
	uint32_t length; /* with that NUL, so at least 1 */
	char name[SB_ABSTRACT_MAX];
};

/* Notes the sockets of this network namespace, as many as fit. Without sock_diag(7) it notes none. */
void sb_old_sockets_note(void);

/* Whether an old one still has that name, and would take a connection or a message at once: what the kernel refuses before it
 * asks Landlock is not for this to say. */
int sb_is_old_socket(const struct sb_abstract *abstract);

/* The same for one whose name is a file: whether it is there. Whether it would take a connection, the kernel asks later. */
int sb_is_old_file(const struct ll_statx *file, int type);

/* The namespace that was noted, as sb_network_of() numbers them. */
uint64_t sb_old_network(void);

#endif

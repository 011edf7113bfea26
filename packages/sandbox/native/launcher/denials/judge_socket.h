/* SPDX-License-Identifier: MIT */
/* Unix sockets with a name: abstract ones (hook_unix_stream_connect() and hook_unix_may_send() in security/landlock/task.c), and
 * those whose name is a file (hook_unix_find() in fs.c there, Linux 7.1). */
#ifndef SB_JUDGE_SOCKET_H
#define SB_JUDGE_SOCKET_H

#include "judge.h"

/* The bit of a denial's right that means such a socket. The path is then "@" and the name's bytes in hexadecimal, without the
 * NUL before them. */
#define SB_BY_SOCKET 50

/* As sb_judge, for connect(2), and for sendto(2) and its like. Only a socket that is older than the domain is outside of it for
 * certain: about all others the kernel decides alone. */
int sb_judge_socket(const struct sb_shared *shared, const struct sb_request *request,
	struct sb_caller *caller, struct sb_denial *denial);

#endif

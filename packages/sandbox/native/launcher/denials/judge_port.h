/* SPDX-License-Identifier: MIT */
/* TCP ports (current_check_access_socket() in security/landlock/net.c). */
#ifndef SB_JUDGE_PORT_H
#define SB_JUDGE_PORT_H

#include "judge.h"

/* The bit of a denial's right at which rights to ports begin. */
#define SB_PORT_RIGHTS 32

/* As sb_judge, for connect(2) and bind(2). */
int sb_judge_port(const struct sb_shared *shared, const struct sb_request *request,
	struct sb_caller *caller, struct sb_denial *denial);

#endif

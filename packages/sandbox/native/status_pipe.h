/* SPDX-License-Identifier: MIT */
/* The pipe on which a launcher reports, watched by the event loop. */
#ifndef SB_STATUS_PIPE_H
#define SB_STATUS_PIPE_H

#include <stdint.h>

#include <node_api.h>

/* The end for the launcher, or -errno. Calls done(said) once; see statusPipe() of addon.c. */
int sb_status_pipe(napi_env env, int64_t most, napi_value done);

#endif

/* SPDX-License-Identifier: MIT */
/* Glue between JavaScript and file_calls.c, of which @sb/core says what they do. */
#ifndef SB_JS_FILE_CALLS_H
#define SB_JS_FILE_CALLS_H

#include "sb_js.h"

napi_value sb_js_open_at(struct sb_js *js);
napi_value sb_js_mount_of(struct sb_js *js);
napi_value sb_js_read_file(struct sb_js *js);
napi_value sb_js_read_names(struct sb_js *js);

#endif

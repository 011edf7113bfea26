/* SPDX-License-Identifier: MIT */
/*
 * Code that every addon shares: arguments from JavaScript and results to it, in C only (Node-API).
 * An addon that needs neither a C++ runtime nor a version of a C library loads wherever its Node
 * does. docs/decisions/0015 explains how.
 */
#ifndef SB_JS_H
#define SB_JS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <node_api.h>

#include "sb_record.h"

#define SB_JS_ARGUMENTS 4

/*
 * One call from JavaScript. After the first failure of Node-API every function below does nothing
 * and returns 0, and the call throws once it returns: look at sb_js_is_whole() before acting on
 * arguments.
 */
struct sb_js {
	napi_env env;
	napi_value arguments[SB_JS_ARGUMENTS];
	napi_status status;
};

/* A function that JavaScript calls. NULL stands for undefined. */
typedef napi_value (*sb_js_function)(struct sb_js *js);

struct sb_js_export {
	const char *name;
	sb_js_function function;
};

struct sb_js_bytes {
	const uint8_t *data;
	size_t length;
};

/* Puts the functions of a table, which must be static, into the exports of an addon. */
napi_value sb_js_exports(
	napi_env env, napi_value exports, const struct sb_js_export *table, size_t count);

/* Whether nothing has failed so far. */
static inline bool sb_js_is_whole(const struct sb_js *js)
{
	return js->status == napi_ok;
}

/* Arguments, by their number. The caller frees a text; bytes belong to JavaScript. */
bool sb_js_is_text(struct sb_js *js, unsigned int argument);
char *sb_js_text(struct sb_js *js, unsigned int argument);
/* A text with a byte for each character; false if it does not fit with a NUL, or has one in it. */
bool sb_js_latin1(struct sb_js *js, unsigned int argument, char *text, size_t size);
struct sb_js_bytes sb_js_bytes(struct sb_js *js, unsigned int argument);
int64_t sb_js_integer(struct sb_js *js, unsigned int argument);
bool sb_js_flag(struct sb_js *js, unsigned int argument);
/* A bigint; one that exceeds 64 bits fails. */
uint64_t sb_js_large(struct sb_js *js, unsigned int argument);

/* Results. */
napi_value sb_js_null(struct sb_js *js);
napi_value sb_js_number(struct sb_js *js, int64_t value);
napi_value sb_js_boolean(struct sb_js *js, bool value);
napi_value sb_js_string(struct sb_js *js, const char *text);
/* A new Uint8Array with these bytes. */
napi_value sb_js_copy(struct sb_js *js, const void *bytes, size_t length);
napi_value sb_js_array(struct sb_js *js);
napi_value sb_js_object(struct sb_js *js);
void sb_js_put(struct sb_js *js, napi_value array, uint32_t index, napi_value value);
void sb_js_set(struct sb_js *js, napi_value object, const char *name, napi_value value);

/* { step, syscall?, errno } */
napi_value sb_js_failure(struct sb_js *js, const struct sb_failure *failure);

#endif

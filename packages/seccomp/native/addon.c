/* SPDX-License-Identifier: MIT */
/* Connects JavaScript and the C files beside it: converts values, decides nothing. */
#include "filters_of.h"
#include "rings.h"
#include "sb_js.h"
#include "sb_js_no_new_privs.h"
#include "seccomp.h"

#include <stdlib.h>

#ifdef __linux__
#include <sys/prctl.h>
#endif

/* applyRecord(bytes: Uint8Array, allThreads: boolean): { step, syscall?, errno, thread? } | null */
static napi_value apply_record(struct sb_js *js)
{
	struct sb_js_bytes record = sb_js_bytes(js, 0);
	enum sb_seccomp_scope scope =
		sb_js_flag(js, 1) ? SB_SECCOMP_ALL_THREADS : SB_SECCOMP_CALLING_THREAD;
	struct sb_failure failure = {0};
	int thread = 0;
	if (!sb_js_is_whole(js))
		return NULL;
	if (sb_seccomp_apply(record.data, record.length, scope, &failure, &thread) == 0)
		return sb_js_null(js);
	napi_value result = sb_js_failure(js, &failure);
	if (thread != 0)
		sb_js_set(js, result, "thread", sb_js_number(js, thread));
	return result;
}

/* hasAction(action: number): 1 | 0 | -errno */
static napi_value has_action(struct sb_js *js)
{
	return sb_js_number(js, sb_seccomp_has_action((uint32_t)sb_js_integer(js, 0)));
}

/* hasFlag(flag: number): 1 | 0 | -errno */
static napi_value has_flag(struct sb_js *js)
{
	return sb_js_number(js, sb_seccomp_has_flag((uint32_t)sb_js_integer(js, 0)));
}

/* hasRing(): boolean */
static napi_value has_ring(struct sb_js *js)
{
	return sb_js_boolean(js, sb_has_ring() == 1);
}

/* hasNoNewPrivs(): boolean */
static napi_value has_no_new_privs(struct sb_js *js)
{
#ifdef __linux__
	return sb_js_boolean(js, prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1);
#else
	return sb_js_boolean(js, false);
#endif
}

/* filtersOf(thread: number): Uint8Array | { step, syscall, errno } */
static napi_value filters_of(struct sb_js *js)
{
	int64_t thread = sb_js_integer(js, 0);
	struct sb_filters filters;
	struct sb_failure failure = {0};
	if (!sb_js_is_whole(js))
		return NULL;
	if (sb_filters_of((int)thread, &filters, &failure) != 0)
		return sb_js_failure(js, &failure);
	napi_value bytes = sb_js_copy(js, filters.bytes, filters.length);
	free(filters.bytes);
	return bytes;
}

static const struct sb_js_export table[] = {
	{"applyRecord", apply_record},
	{"noNewPrivs", sb_js_no_new_privs},
	{"filtersOf", filters_of},
	{"hasAction", has_action},
	{"hasFlag", has_flag},
	{"hasNoNewPrivs", has_no_new_privs},
	{"hasRing", has_ring},
};

NAPI_MODULE_INIT()
{
	return sb_js_exports(env, exports, table, sizeof table / sizeof *table);
}

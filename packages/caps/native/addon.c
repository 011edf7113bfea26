/* SPDX-License-Identifier: MIT */
/* Glue between JavaScript and the C files beside it: converts values, decides nothing. */
#include "caps.h"
#include "denied.h"
#include "inspect.h"
#include "sb_js.h"
#include "sb_threads.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

typedef int (*phase_fn)(const uint8_t *record, size_t length, struct sb_failure *failure);

/* What every thread is given; the first failure wins. The record is a copy: a late thread may read it. */
struct broadcast {
	phase_fn phase;
	atomic_flag has_failed;
	struct sb_failure failure;
	size_t length;
	uint8_t record[];
};

static int on_thread(void *argument)
{
	struct broadcast *broadcast = argument;
	struct sb_failure failure = {0};
	int error = broadcast->phase(broadcast->record, broadcast->length, &failure);
	if (error && !atomic_flag_test_and_set(&broadcast->has_failed))
		broadcast->failure = failure;
	return error;
}

static struct broadcast *broadcast_of(struct sb_js_bytes record, phase_fn phase)
{
	struct broadcast *broadcast = calloc(1, sizeof *broadcast + record.length);
	if (!broadcast)
		return NULL;
	broadcast->phase = phase;
	broadcast->length = record.length;
	atomic_flag_clear(&broadcast->has_failed);
	if (record.length)
		memcpy(broadcast->record, record.data, record.length);
	return broadcast;
}

static napi_value apply(struct sb_js *js, struct sb_js_bytes record, phase_fn phase)
{
	struct sb_threads_result reached = {0};
	struct sb_failure failure = {"threads", NULL, ENOMEM};
	if (!sb_js_is_whole(js))
		return NULL;
	struct broadcast *broadcast = broadcast_of(record, phase);
	if (!broadcast)
		return sb_js_failure(js, &failure);
	int error = sb_all_threads(on_thread, broadcast, &reached);
	/* Without a failed step, or with a thread that may yet write one, it is the broadcast that failed. */
	failure.error = -error;
	if (error != -ETIMEDOUT) {
		if (broadcast->failure.step)
			failure = broadcast->failure;
		free(broadcast);
	}
	if (error)
		return sb_js_failure(js, &failure);
	napi_value result = sb_js_object(js);
	sb_js_set(js, result, "threads", sb_js_number(js, reached.threads));
	return result;
}

/* beforeIds(record: Uint8Array): { threads } | { step, syscall?, errno } */
static napi_value before_ids(struct sb_js *js)
{
	return apply(js, sb_js_bytes(js, 0), sb_caps_before_ids);
}

/* afterIds(record: Uint8Array): { threads } | { step, syscall?, errno } */
static napi_value after_ids(struct sb_js *js)
{
	return apply(js, sb_js_bytes(js, 0), sb_caps_after_ids);
}

static int surrender_phase(const uint8_t *record, size_t length, struct sb_failure *failure)
{
	(void)record;
	(void)length;
	return sb_caps_surrender(failure);
}

/* surrender(): { threads } | { step, syscall?, errno } */
static napi_value surrender(struct sb_js *js)
{
	const struct sb_js_bytes none = {NULL, 0};
	return apply(js, none, surrender_phase);
}

/* lastCapability(): number, negative for an errno */
static napi_value last_capability(struct sb_js *js)
{
	return sb_js_number(js, sb_caps_last());
}

/* securebits(): number of the calling thread, negative for an errno */
static napi_value securebits(struct sb_js *js)
{
	return sb_js_number(js, sb_caps_securebits());
}

struct answer {
	int tid, securebits;
};

struct answers {
	atomic_uint next;
	struct answer all[SB_THREADS_MAX + 1];
};

/* Runs in a signal handler: the slots exist already, and each thread takes one of its own. */
static int ask_thread(void *argument)
{
	struct answers *answers = argument;
	unsigned int slot = atomic_fetch_add(&answers->next, 1);
	if (slot > SB_THREADS_MAX)
		return -EAGAIN;
	answers->all[slot].tid = (int)sb_syscall3(__NR_gettid, 0, 0, 0);
	answers->all[slot].securebits = sb_caps_securebits();
	return 0;
}

static napi_value answers_of(struct sb_js *js, struct answers *answers)
{
	napi_value result = sb_js_array(js);
	unsigned int count = atomic_load(&answers->next);
	for (unsigned int i = 0; i < count; i++) {
		napi_value answer = sb_js_object(js);
		sb_js_set(js, answer, "tid", sb_js_number(js, answers->all[i].tid));
		sb_js_set(js, answer, "securebits", sb_js_number(js, answers->all[i].securebits));
		sb_js_put(js, result, i, answer);
	}
	return result;
}

/* threadSecurebits(): { tid, securebits }[] | number, negative for an errno */
static napi_value thread_securebits(struct sb_js *js)
{
	struct sb_threads_result reached = {0};
	struct answers *answers = calloc(1, sizeof *answers);
	if (!answers)
		return sb_js_number(js, -ENOMEM);
	int error = sb_all_threads(ask_thread, answers, &reached);
	napi_value result = error ? sb_js_number(js, error) : answers_of(js, answers);
	/* A thread that was too late may still write its answer (sb_threads.h). */
	if (error != -ETIMEDOUT)
		free(answers);
	return result;
}

/* fileCapabilities(path: string): Uint8Array, empty where there are none | negative errno */
static napi_value file_capabilities(struct sb_js *js)
{
	unsigned char bytes[SB_CAPS_XATTR_MAX];
	char *path = sb_js_text(js, 0);
	if (!path)
		return NULL;
	int length = sb_caps_file(path, bytes, sizeof bytes);
	free(path);
	return length < 0 ? sb_js_number(js, length) : sb_js_copy(js, bytes, (size_t)length);
}

/* denied(): { call, errno }[] of what a filter above answers in the kernel's place; errno 0 where that kills */
static napi_value denied(struct sb_js *js)
{
	return sb_js_denied(js, sb_caps_questions, SB_CAPS_QUESTIONS);
}

static const struct sb_js_export table[] = {
	{"denied", denied},
	{"beforeIds", before_ids},
	{"afterIds", after_ids},
	{"surrender", surrender},
	{"lastCapability", last_capability},
	{"securebits", securebits},
	{"threadSecurebits", thread_securebits},
	{"fileCapabilities", file_capabilities},
};

NAPI_MODULE_INIT()
{
	return sb_js_exports(env, exports, table, sizeof table / sizeof *table);
}

/* SPDX-License-Identifier: MIT */
/* Glue between JavaScript and the C files beside it: converts values, decides nothing. */
#include "denied.h"
#include "landlock_sys.h"
#include "process.h"
#include "sb_js.h"
#include "sb_js_no_new_privs.h"

#include <stdlib.h>
#include <string.h>

/* query(what: 'abi' | 'errata'): number; a negative one is -errno */
static napi_value query(struct sb_js *js)
{
	char *what = sb_js_text(js, 0);
	if (!what)
		return NULL;
	int is_errata = strcmp(what, "errata") == 0;
	free(what);
	return sb_js_number(js, ll_call(LL_SYS_CREATE_RULESET, 0, 0,
					is_errata ? LL_CREATE_ERRATA : LL_CREATE_VERSION, 0, 0));
}

/* The rules that were left out, as JavaScript has them in the end. */
struct skipped {
	struct sb_js *js;
	napi_value rules;
	uint32_t count;
};

static void skip(void *context, uint32_t rule)
{
	struct skipped *skipped = context;
	sb_js_put(skipped->js, skipped->rules, skipped->count++, sb_js_number(skipped->js, rule));
}

static napi_value names_of(struct sb_js *js, sb_proof_set proofs)
{
	napi_value names = sb_js_array(js);
	uint32_t count = 0;
	for (unsigned int i = 0; sb_proof_name(i); i++) {
		if (proofs & ((sb_proof_set)1 << i))
			sb_js_put(js, names, count++, sb_js_string(js, sb_proof_name(i)));
	}
	return names;
}

/* applyRecord(bytes: Uint8Array): { threads, proofs, skipped } | { step, syscall?, errno, rule? } */
static napi_value apply_record(struct sb_js *js)
{
	struct sb_js_bytes record = sb_js_bytes(js, 0);
	struct skipped skipped = {.js = js, .rules = sb_js_array(js)};
	struct sb_failure failure = {0};
	struct sb_landlock_reached reached = {0};
	struct sb_landlock state = {.skipped = skip, .context = &skipped};
	napi_value result = NULL;
	if (!sb_js_is_whole(js))
		return NULL;
	if (sb_landlock_apply(record.data, record.length, &state, &reached, &failure)) {
		result = sb_js_failure(js, &failure);
		if (state.rule != SB_LANDLOCK_NO_RULE)
			sb_js_set(js, result, "rule", sb_js_number(js, state.rule));
		return result;
	}
	result = sb_js_object(js);
	sb_js_set(js, result, "threads", sb_js_number(js, reached.threads));
	sb_js_set(js, result, "proofs", names_of(js, reached.proofs));
	sb_js_set(js, result, "skipped", skipped.rules);
	return result;
}

/* denied(): { call, errno }[] of what a filter above answers in the kernel's place; errno 0 where that kills */
static napi_value denied(struct sb_js *js)
{
	return sb_js_denied(js, sb_landlock_questions, SB_LANDLOCK_QUESTIONS);
}

static const struct sb_js_export table[] = {
	{"denied", denied},
	{"query", query},
	{"noNewPrivs", sb_js_no_new_privs},
	{"applyRecord", apply_record},
};

NAPI_MODULE_INIT()
{
	return sb_js_exports(env, exports, table, sizeof table / sizeof *table);
}

/* SPDX-License-Identifier: MIT */
/* Questions of an addon (sb_ask.h), with answers for JavaScript. */
#ifndef SB_JS_ASK_H
#define SB_JS_ASK_H

#include "sb_ask.h"
#include "sb_js.h"

/* A question, and the call that it is about. */
struct sb_named_question {
	const char *call;
	sb_question question;
};

/*
 * { call, errno }[] for calls that the kernel does not answer itself, errno 0 if the answer kills;
 * empty if no question can be asked.
 */
static inline napi_value sb_js_denied(
	struct sb_js *js, const struct sb_named_question *named, size_t count)
{
	sb_question questions[SB_QUESTIONS_MAX];
	int answers[SB_QUESTIONS_MAX];
	napi_value denied = sb_js_array(js);
	uint32_t length = 0;
	for (size_t i = 0; i < count; i++)
		questions[i] = named[i].question;
	if (!sb_ask_is_due() || sb_ask_apart(questions, count, answers))
		return denied;
	for (size_t i = 0; i < count; i++) {
		if (answers[i] == 0)
			continue;
		napi_value entry = sb_js_object(js);
		int is_killed = answers[i] == SB_ASK_KILLED;
		sb_js_set(js, entry, "call", sb_js_string(js, named[i].call));
		sb_js_set(js, entry, "errno", sb_js_number(js, is_killed ? 0 : answers[i]));
		sb_js_put(js, denied, length++, entry);
	}
	return denied;
}

#endif

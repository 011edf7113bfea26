/* SPDX-License-Identifier: MIT */
#include "sb_js.h"

#include <stdlib.h>
#include <string.h>

/* Records the first failure; returns whether everything has succeeded. */
static bool note(struct sb_js *js, napi_status status)
{
	if (js->status == napi_ok)
		js->status = status;
	return js->status == napi_ok;
}

static napi_value call(napi_env env, napi_callback_info info)
{
	struct sb_js js = {.env = env, .status = napi_ok};
	size_t count = SB_JS_ARGUMENTS;
	void *data = NULL;
	napi_value result = NULL;
	if (note(&js, napi_get_cb_info(env, info, &count, js.arguments, NULL, &data)))
		result = ((const struct sb_js_export *)data)->function(&js);
	if (sb_js_is_whole(&js))
		return result;
	bool is_pending = false;
	if (napi_is_exception_pending(env, &is_pending) == napi_ok && !is_pending)
		(void)napi_throw_type_error(env, NULL, "an argument is not of its kind");
	return NULL;
}

napi_value sb_js_exports(
	napi_env env, napi_value exports, const struct sb_js_export *table, size_t count)
{
	struct sb_js js = {.env = env, .status = napi_ok};
	for (size_t i = 0; i < count; i++) {
		napi_value function = NULL;
		(void)note(&js, napi_create_function(env, table[i].name, NAPI_AUTO_LENGTH, call,
					(void *)&table[i], &function));
		sb_js_set(&js, exports, table[i].name, function);
	}
	/* If a function is missing, the addon must not load: Node would accept it in part. */
	if (!sb_js_is_whole(&js))
		(void)napi_throw_error(
			env, NULL, "the functions of the addon could not be exported");
	return exports;
}

bool sb_js_is_text(struct sb_js *js, unsigned int argument)
{
	napi_valuetype type = napi_undefined;
	return sb_js_is_whole(js) &&
	       note(js, napi_typeof(js->env, js->arguments[argument], &type)) &&
	       type == napi_string;
}

char *sb_js_text(struct sb_js *js, unsigned int argument)
{
	size_t length = 0;
	napi_value value = js->arguments[argument];
	if (!sb_js_is_whole(js) ||
		!note(js, napi_get_value_string_utf8(js->env, value, NULL, 0, &length)))
		return NULL;
	char *text = malloc(length + 1);
	if (!note(js, text ? napi_get_value_string_utf8(js->env, value, text, length + 1, &length)
			   : napi_generic_failure)) {
		free(text);
		return NULL;
	}
	return text;
}

bool sb_js_latin1(struct sb_js *js, unsigned int argument, char *text, size_t size)
{
	size_t length = 0;
	text[0] = 0;
	/* What is longer is cut off. */
	return sb_js_is_whole(js) &&
	       note(js, napi_get_value_string_latin1(
				js->env, js->arguments[argument], text, size, &length)) &&
	       length < size - 1 && strlen(text) == length;
}

struct sb_js_bytes sb_js_bytes(struct sb_js *js, unsigned int argument)
{
	napi_typedarray_type type = napi_int8_array;
	struct sb_js_bytes bytes = {NULL, 0};
	void *data = NULL;
	size_t length = 0;
	if (!sb_js_is_whole(js) ||
		!note(js, napi_get_typedarray_info(js->env, js->arguments[argument], &type, &length,
				  &data, NULL, NULL)))
		return bytes;
	if (note(js, type == napi_uint8_array ? napi_ok : napi_invalid_arg)) {
		bytes.data = data;
		bytes.length = length;
	}
	return bytes;
}

int64_t sb_js_integer(struct sb_js *js, unsigned int argument)
{
	int64_t value = 0;
	if (sb_js_is_whole(js))
		(void)note(js, napi_get_value_int64(js->env, js->arguments[argument], &value));
	return value;
}

bool sb_js_flag(struct sb_js *js, unsigned int argument)
{
	bool value = false;
	if (sb_js_is_whole(js))
		(void)note(js, napi_get_value_bool(js->env, js->arguments[argument], &value));
	return value;
}

uint64_t sb_js_large(struct sb_js *js, unsigned int argument)
{
	uint64_t value = 0;
	bool is_lossless = false;
	if (sb_js_is_whole(js) && note(js, napi_get_value_bigint_uint64(js->env,
						   js->arguments[argument], &value, &is_lossless)))
		(void)note(js, is_lossless ? napi_ok : napi_bigint_expected);
	return value;
}

napi_value sb_js_null(struct sb_js *js)
{
	napi_value value = NULL;
	if (sb_js_is_whole(js))
		(void)note(js, napi_get_null(js->env, &value));
	return value;
}

napi_value sb_js_number(struct sb_js *js, int64_t number)
{
	napi_value value = NULL;
	if (sb_js_is_whole(js))
		(void)note(js, napi_create_int64(js->env, number, &value));
	return value;
}

napi_value sb_js_boolean(struct sb_js *js, bool boolean)
{
	napi_value value = NULL;
	if (sb_js_is_whole(js))
		(void)note(js, napi_get_boolean(js->env, boolean, &value));
	return value;
}

napi_value sb_js_string(struct sb_js *js, const char *text)
{
	napi_value value = NULL;
	if (sb_js_is_whole(js))
		(void)note(js, napi_create_string_utf8(js->env, text, NAPI_AUTO_LENGTH, &value));
	return value;
}

napi_value sb_js_copy(struct sb_js *js, const void *bytes, size_t length)
{
	napi_value value = NULL;
	if (sb_js_is_whole(js))
		(void)note(js, napi_create_buffer_copy(js->env, length, bytes, NULL, &value));
	return value;
}

napi_value sb_js_array(struct sb_js *js)
{
	napi_value value = NULL;
	if (sb_js_is_whole(js))
		(void)note(js, napi_create_array(js->env, &value));
	return value;
}

napi_value sb_js_object(struct sb_js *js)
{
	napi_value value = NULL;
	if (sb_js_is_whole(js))
		(void)note(js, napi_create_object(js->env, &value));
	return value;
}

void sb_js_put(struct sb_js *js, napi_value array, uint32_t index, napi_value value)
{
	if (sb_js_is_whole(js))
		(void)note(js, napi_set_element(js->env, array, index, value));
}

void sb_js_set(struct sb_js *js, napi_value object, const char *name, napi_value value)
{
	if (sb_js_is_whole(js))
		(void)note(js, napi_set_named_property(js->env, object, name, value));
}

napi_value sb_js_failure(struct sb_js *js, const struct sb_failure *failure)
{
	napi_value result = sb_js_object(js);
	sb_js_set(js, result, "step", sb_js_string(js, failure->step));
	if (failure->syscall)
		sb_js_set(js, result, "syscall", sb_js_string(js, failure->syscall));
	sb_js_set(js, result, "errno", sb_js_number(js, failure->error));
	return result;
}

/* SPDX-License-Identifier: MIT */
#include "js_file_calls.h"

#include "file_calls.h"

#include <errno.h>

/* What the kernel takes, with its NUL (PATH_MAX). */
#define LONGEST_PATH 4096

/* openAt(directory: number, name: string, flags: number): a descriptor, close-on-exec, or -errno. A
 * character of the name stands for a byte. */
napi_value sb_js_open_at(struct sb_js *js)
{
	char name[LONGEST_PATH];
	int directory = (int)sb_js_integer(js, 0);
	bool fits = sb_js_latin1(js, 1, name, sizeof name);
	int flags = (int)sb_js_integer(js, 2);
	if (!sb_js_is_whole(js))
		return NULL;
	return sb_js_number(js, fits ? sb_open_at(directory, name, flags) : -EINVAL);
}

/* mountOf(descriptor: number): the number of its mount, or -errno */
napi_value sb_js_mount_of(struct sb_js *js)
{
	int descriptor = (int)sb_js_integer(js, 0);
	return sb_js_is_whole(js) ? sb_js_number(js, sb_mount_of(descriptor)) : NULL;
}

/* readFile(path: string, bytes: Uint8Array): how many there are; -EFBIG if they do not fit; -errno */
napi_value sb_js_read_file(struct sb_js *js)
{
	char path[LONGEST_PATH];
	bool fits = sb_js_latin1(js, 0, path, sizeof path);
	struct sb_js_bytes bytes = sb_js_bytes(js, 1);
	if (!sb_js_is_whole(js))
		return NULL;
	return sb_js_number(
		js, fits ? sb_read_file(path, (uint8_t *)bytes.data, bytes.length) : -EINVAL);
}

/* readNames(descriptor: number, bytes: Uint8Array): how many bytes of further entries; or -errno */
napi_value sb_js_read_names(struct sb_js *js)
{
	int descriptor = (int)sb_js_integer(js, 0);
	struct sb_js_bytes bytes = sb_js_bytes(js, 1);
	if (!sb_js_is_whole(js))
		return NULL;
	return sb_js_number(js, sb_read_names(descriptor, (uint8_t *)bytes.data, bytes.length));
}

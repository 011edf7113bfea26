/* SPDX-License-Identifier: MIT */
#include "proc_place.h"
#include "../strings.h"

#define NUMBER_MAX 9 /* digits; the kernel has at most seven (proc_sys_kernel(5), pid_max) */

static const char *after(const char *text, const char *begin)
{
	while (*begin && *text == *begin)
		text++, begin++;
	return *begin ? 0 : text;
}

/* A number and the slash after it; NULL without them. */
static const char *take_number(const char *text, uint32_t *number)
{
	unsigned int digits = 0;
	*number = 0;
	for (; *text >= '0' && *text <= '9' && digits < NUMBER_MAX; text++, digits++)
		*number = *number * 10 + (uint32_t)(*text - '0');
	return digits && *text == '/' && text[1] ? text + 1 : 0;
}

int sb_proc_place(const char *path, struct sb_proc_place *place)
{
	const char *at = after(path, "/proc/"), *task;
	if (!at || !(at = take_number(at, &place->process)))
		return 0;
	place->thread = place->process;
	task = after(at, "task/");
	if (task && !(at = take_number(task, &place->thread)))
		return 0;
	place->rest = at;
	return 1;
}

int sb_is_among(const char *text, const char *const *words)
{
	const size_t length = strlen(text) + 1;
	for (; *words; words++) {
		if (strlen(*words) + 1 == length && memcmp(*words, text, length) == 0)
			return 1;
	}
	return 0;
}

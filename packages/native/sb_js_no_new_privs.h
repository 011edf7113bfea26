/* SPDX-License-Identifier: MIT */
/* no_new_privs of every thread, as several addons offer it. */
#ifndef SB_JS_NO_NEW_PRIVS_H
#define SB_JS_NO_NEW_PRIVS_H

#include <errno.h>

#include "sb_js.h"
#ifdef __linux__
#include <fcntl.h>
#include <unistd.h>

#include "sb_no_new_privs.h"
#include "sb_threads.h"
#endif

/* noNewPrivs(): { threads } | { step, syscall?, errno } */
static inline napi_value sb_js_no_new_privs(struct sb_js *js)
{
	struct sb_failure failure = {"no_new_privs", NULL, ENOSYS};
#ifdef __linux__
	struct sb_threads_result reached = {0};
	int tasks = open("/proc/self/task", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (tasks < 0) {
		(void)sb_fail(&failure, "tasks", "open", errno);
		return sb_js_failure(js, &failure);
	}
	int error = sb_all_threads_in(tasks, sb_no_new_privs, NULL, &reached);
	(void)close(tasks); /* only read from */
	if (error == 0) {
		napi_value result = sb_js_object(js);
		sb_js_set(js, result, "threads", sb_js_number(js, reached.threads));
		return result;
	}
	(void)sb_fail(&failure, "no_new_privs", "prctl", -error);
#endif
	return sb_js_failure(js, &failure);
}

#endif

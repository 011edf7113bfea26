/* SPDX-License-Identifier: MIT */
/* The steps of a launch: the records are applied to this process in the documented order, and the
 * last step executes the target. */
#ifndef SB_STEPS_H
#define SB_STEPS_H

#include "cgroup_way.h"
#include "guard.h"
#include "denials/supervise.h"
#include "launcher.h"
#include "records.h"

#include "../../../landlock/native/landlock.h"

/* In addition to the records and the failed step, what one step leaves to the next; zero at first. */
struct sb_launch {
	struct sb_records records;
	struct sb_process process;
	struct sb_landlock landlock;
	int status; /* the descriptor that says what happened */
	struct sb_guarded guarded;
	struct sb_cgroup_way way;
	struct sb_shared *supervised; /* NULL: nobody reports denials */
	int status_text;              /* /proc/self/status, opened while that is allowed */
	struct sb_failure failure;
};

/* Splits the records, and finds the process record. Returns 0, or -EINVAL without a call; nothing
 * is changed. */
int sb_launch_take(struct sb_launch *launch, const uint8_t *document, size_t length);

/* Returns only after a failed step: its layer, and in launch->failure the step, the call, and the
 * reason. */
int sb_launch_run(struct sb_launch *launch);

#endif

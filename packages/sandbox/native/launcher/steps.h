/* SPDX-License-Identifier: MIT */
/* The steps of a launch: the records applied to this process in the documented order, the last of which becomes the target. */
#ifndef SB_STEPS_H
#define SB_STEPS_H

#include "guard.h"
#include "launcher.h"
#include "records.h"

#include "../../../landlock/native/landlock.h"

/* Beside the records and the failed step what one step leaves to the next; zero at first. */
struct sb_launch {
	struct sb_records records;
	struct sb_process process;
	struct sb_landlock landlock;
	int status; /* the descriptor that says what happened */
	struct sb_guarded guarded;
	int status_text; /* /proc/self/status, opened while that is allowed */
	struct sb_failure failure;
};

/* Takes the records apart, and finds the process record. 0, or -EINVAL of no call; nothing is changed. */
int sb_launch_take(struct sb_launch *launch, const uint8_t *document, size_t length);

/* Returns only where a step has failed: its layer, and in launch->failure which, of what call, and why. */
int sb_launch_run(struct sb_launch *launch);

#endif

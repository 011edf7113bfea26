/* SPDX-License-Identifier: MIT */
/* The supervisor's own process, until it serves. */
#ifndef SB_STAND_H
#define SB_STAND_H

#include "supervise.h"

/* Sleeps for a tenth of a millisecond. */
void sb_pause(void);

/* Gives up what it does not need, waits for the listener, and serves until no process has the filter. `channel` is where it
 * reports, and the number after it is a descriptor of the target's process. */
__attribute__((noreturn)) void sb_stand(
	struct sb_shared *shared, int channel, const struct sb_supervised *whom);

/* Lets the launcher's exec fail with ECANCELED. */
void sb_refuse(int listener);

/* Answers until no process has the filter any more. */
void sb_serve(const struct sb_shared *shared, int listener, int channel);

#endif

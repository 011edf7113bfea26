/* SPDX-License-Identifier: MIT */
/* What each actor does while it lives. */
#ifndef SB_SIMULATED_ACTORS_H
#define SB_SIMULATED_ACTORS_H

#include "simulated.h"

extern void (*const simulated_lives[ACTORS])(void);

/* Runs until all have ended, or something is broken. */
void simulated_run(void);

/* Ends an actor from outside of all turns. */
void simulated_end(enum actor actor);

void simulated_tell_reset(void);

#endif

/* SPDX-License-Identifier: MIT */
/* Actors that take turns by a seed, and the kernel that they call (kernel.c). */
#ifndef SB_SIMULATED_H
#define SB_SIMULATED_H

#include <stddef.h>
#include <stdint.h>

#include "../../../native/launcher/denials/shared.h"

/* Who takes turns: the launcher and what it executes, a descendant of that, the supervisor, and the process that reads. */
enum actor { CHILD, DESCENDANT, SUPERVISOR, PARENT, ACTORS };

/* What a descriptor stands for. */
enum object { NOTHING, PLACE, PIPE, PROCESS, LISTENER };

#define DESCRIPTORS 16
#define CHANNEL 3           /* the number of the pipe; the next one is kept for the process */
#define ANSWER_LOST (-1000) /* not an errno: the caller was killed while it waited */

struct world {
	uint32_t random;
	int is_alive[ACTORS], is_born[ACTORS];
	enum object
		tables[2]
		      [DESCRIPTORS]; /* of the child, and of the supervisor once it has its own */
	int closes_on_exec[2][DESCRIPTORS];
	int is_apart, is_executed, reader_is_gone, has_filter;
	/* What the parent has read, and what waits for it. */
	char pipe[1 << 16], read[1 << 18];
	size_t in_pipe, was_read, room;
	/* What the kernel has seen. */
	uint32_t refused[8], refused_at_end[8], filter_refused, filter_refused_at_end;
	const char *broken; /* the first invariant that does not hold */
	/* Faults of this schedule: at which of its steps an actor dies, and how often a call fails. */
	int victim, at_step, steps[ACTORS], was_late;
	uint32_t turns;
	uint32_t failing; /* one in so many calls; 0: none */
};

extern struct world world;
extern struct sb_shared simulated_shared;

uint32_t simulated_random(uint32_t below);
void simulated_break(const char *what);

/* Lets others take turns. */
void simulated_step(void);

/* Starts the supervisor's turns. */
void simulated_start(enum actor actor);

/* Whose turn it is. */
enum actor simulated_self(void);

/* Waits until it is so, or, if `is_timed`, perhaps less long. Whether it is so. */
int simulated_await(int (*is_so)(long), long about, int is_timed);

/* Ends an actor, which does not return if it is the calling one. */
void simulated_die(enum actor actor);

/* A call of a program that the filter asks about, as the kernel answers it: 0, -errno or ANSWER_LOST. */
long simulated_notify(long number, uint64_t path);

/* The value of what a path in memory leads to; odd ones are denied. Other threads change them. */
extern uint8_t simulated_cells[8];

/* Closes what closes on exec, and looks at what is left. */
void simulated_exec(void);

/* The listener that a filter has got: its descriptor. */
int simulated_load(void);

void simulated_kernel_reset(void);
int simulated_pipe_is_open(void);

#endif

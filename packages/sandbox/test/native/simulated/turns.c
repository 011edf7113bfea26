/* SPDX-License-Identifier: MIT */
/* Turns: at each call of the kernel a generator of random numbers chooses who goes on, and the same seed chooses alike. */
#include "simulated.h"

#include <string.h>
#include <ucontext.h>

#include "actors.h"

#define STACK (256u << 10)
#define MOST_TURNS 1000000u

struct world world;
struct sb_shared simulated_shared;

static struct turn {
	ucontext_t context;
	int (*is_so)(long); /* NULL: it goes on in any case */
	long about;
	int is_timed;
} turns[ACTORS];

static char stacks[ACTORS][STACK];
static ucontext_t scheduler;
static enum actor self;

uint32_t simulated_random(uint32_t below)
{
	/* xorshift32 (Marsaglia, 2003) */
	world.random ^= world.random << 13;
	world.random ^= world.random >> 17;
	world.random ^= world.random << 5;
	return world.random % below;
}

void simulated_break(const char *what)
{
	if (!world.broken)
		world.broken = what;
}

enum actor simulated_self(void)
{
	return self;
}

static int is_eligible(enum actor actor)
{
	const struct turn *turn = &turns[actor];
	return world.is_alive[actor] && (!turn->is_so || turn->is_so(turn->about));
}

/* Whether its time may be over. */
static int is_late(enum actor actor)
{
	return world.is_alive[actor] && turns[actor].is_so && turns[actor].is_timed;
}

static void give_up_turn(void)
{
	(void)swapcontext(&turns[self].context, &scheduler);
}

/* Whether nobody else could go on. A turn without a change of stacks is a thousand times faster. */
static int is_alone(void)
{
	const enum actor own = self;
	int others = 0;
	for (self = 0; self < ACTORS; self++)
		others += self != own && (is_eligible(self) || is_late(self));
	self = own;
	return !others;
}

/* Counts a turn; whether the actor lives on. */
static int is_spared(enum actor actor)
{
	if (++world.turns > MOST_TURNS)
		simulated_break("it never ends");
	return ++world.steps[actor] != world.at_step || world.victim != (int)actor;
}

/* A turn of the same actor. */
static void go_on(void)
{
	if (!is_spared(self))
		simulated_die(self);
	if (world.broken)
		give_up_turn();
}

void simulated_step(void)
{
	if (is_alone()) {
		go_on();
		return;
	}
	turns[self].is_so = NULL;
	give_up_turn();
}

int simulated_await(int (*is_so)(long), long about, int is_timed)
{
	if (is_timed && is_alone()) {
		go_on();
		return is_so(about);
	}
	turns[self].is_so = is_so;
	turns[self].about = about;
	turns[self].is_timed = is_timed;
	give_up_turn();
	turns[self].is_so = NULL;
	return is_so(about);
}

void simulated_die(enum actor actor)
{
	if (!world.is_alive[actor])
		return;
	world.is_alive[actor] = 0;
	if (actor == PARENT)
		world.reader_is_gone = 1;
	if (actor == CHILD) {
		memcpy(world.refused_at_end, world.refused, sizeof world.refused);
		world.filter_refused_at_end = world.filter_refused;
	}
	if (actor == self)
		give_up_turn();
}

static void live(void)
{
	simulated_lives[self]();
	simulated_die(self);
}

void simulated_start(enum actor actor)
{
	struct turn *turn = &turns[actor];
	memset(turn, 0, sizeof *turn);
	world.is_alive[actor] = world.is_born[actor] = 1;
	(void)getcontext(&turn->context);
	turn->context.uc_stack.ss_sp = stacks[actor];
	turn->context.uc_stack.ss_size = STACK;
	turn->context.uc_link = &scheduler;
	makecontext(&turn->context, live, 0);
}

/* One of those that can go on; if there is none, or rarely else, one whose time is over. -1: nobody ever will. */
static int choose(void)
{
	enum actor can[ACTORS], late[ACTORS];
	uint32_t count = 0, times = 0;
	for (enum actor actor = 0; actor < ACTORS; actor++) {
		/* What it waits for is looked at with its own descriptors. */
		self = actor;
		if (is_eligible(actor))
			can[count++] = actor;
		else if (is_late(actor))
			late[times++] = actor;
	}
	if (times && (!count || simulated_random(64) == 0)) {
		const int one = (int)late[simulated_random(times)];
		world.was_late |= one == SUPERVISOR && world.is_executed;
		return one;
	}
	return count ? (int)can[simulated_random(count)] : -1;
}

static int lives_on(void)
{
	for (enum actor actor = 0; actor < ACTORS; actor++) {
		if (world.is_alive[actor])
			return 1;
	}
	return 0;
}

void simulated_run(void)
{
	while (lives_on() && !world.broken) {
		const int next = choose();
		if (next < 0) {
			simulated_break("all wait for ever");
			return;
		}
		self = (enum actor)next;
		if (!is_spared(self)) {
			simulated_end(self);
			continue;
		}
		(void)swapcontext(&scheduler, &turns[self].context);
	}
}

void simulated_end(enum actor actor)
{
	const enum actor before = self;
	self = ACTORS;
	simulated_die(actor);
	self = before;
}

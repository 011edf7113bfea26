/* SPDX-License-Identifier: MIT */
/*
 * A hostile process beside whatever is tested. It does what any process of its user may do, and says what it did and
 * what it gained. It ends by itself: after so many seconds, after so many attempts, and with its parent.
 */
#ifndef NEIGHBOUR_H
#define NEIGHBOUR_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/* Bounds of a tactic beside its time. */
#define ATTEMPTS_MAX 200000
#define LINES_MAX 400
#define DEPTH_MAX 4
#define WATCHES_MAX 256

/* Names of its own begin so, and are no news to it. */
#define OWN_PREFIX ".neighbour-"

/* A tactic runs in a process of its own, and returns when it has nothing more to do. */
struct tactic {
	const char *name;
	const char *arguments; /* for the usage text */
	int least;             /* arguments */
	void (*run)(int argc, char **argv);
};

extern const struct tactic name_tactics[];
extern const struct tactic folder_tactics[];
extern const struct tactic process_tactics[];
extern const struct tactic file_tactics[];

/* What is put in the place of something else: `program=FILE`, `link=TARGET`, `hard=TARGET`, `fifo`, `socket`,
 * `bytes` for a file of its own. */
struct asset {
	char kind;
	const char *target;
};

struct asset asset_of(const char *text);

/* Puts it under a name that is free. 0 or -errno. */
int asset_plant(const struct asset *asset, const char *path);

/* Puts it in the place of what has that name. 0 or -errno. */
int asset_replace(const struct asset *asset, const char *folder, const char *name);

/* Whether something under that name was put there by us. */
bool asset_is_ours(const char *path);

/* Says that a tactic is ready to strike: its watches are set. */
void say_ready(void);

/* Says that a tactic can't begin, and ends it. */
_Noreturn void say_failed(int error, const char *path);

/* Says what was attempted, with 0 or -errno; false when that was the last attempt of a tactic. */
bool say_did(int outcome, const char *what, const char *path);

/* The same of an attempt that is made too often to say: counted. */
bool count_did(void);

void say_gained(const char *what, const char *path);

/* Rests after a millisecond, for two: what is attacked needs a processor as well. It never rests where SB_LONG is set. */
void rest(void);

/* The arguments are wrong. */
_Noreturn void usage(void);

/* Names of a folder, one after the other, or NULL. The caller joins them. */
typedef void visit_fn(const char *folder, const char *name, void *context);
int visit(const char *folder, visit_fn *each, void *context);

/* `folder/name` in a buffer of PATH_MAX; false where it doesn't fit. */
bool join(char *path, const char *folder, const char *name);

/* Where this file is executed under another name: writes down as whom. */
bool run_as_canary(void);

#endif

/* SPDX-License-Identifier: MIT */
/* The process that asks pacman which packages it is about to download, so that they can be
 * downloaded ahead. */
#ifndef FRONT_LISTER_H
#define FRONT_LISTER_H

#include <sys/types.h>

#include "owner.h"

struct lister {
	pid_t pid; /* 0 where there is none */
	int go;    /* written to once it is to begin; -1 */
};

/*
 * Starts it. It waits until it is to begin.
 * list: what it writes to, which nobody else here keeps
 * config: as listing_make() takes it
 * 0; -1.
 */
int lister_start(struct lister *lister, int list, const struct owner *owner, const char *config);

/* Lets it begin; it does so once. */
void lister_begin(struct lister *lister);

/* Ends it. The process that could block it must have ended before. */
void lister_end(struct lister *lister);

#endif

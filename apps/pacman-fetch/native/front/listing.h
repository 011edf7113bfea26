/* SPDX-License-Identifier: MIT */
/* Which packages a pacman is about to download, from pacman itself: its own arguments with
 * --print-format. */
#ifndef FRONT_LISTING_H
#define FRONT_LISTING_H

#include <stddef.h>

/* How many of the words are added: what pacman prints, and that it asks nothing. */
enum { LISTING_OWN_WORDS = 3 };

/* Enough for the arguments of a pacman with some thousand packages, and the most words. */
enum { LISTING_MAX_TEXT = 256 * 1024, LISTING_MAX_WORDS = 16 * 1024 };

struct listing {
	char *words[LISTING_MAX_WORDS]; /* behind the program's name; the last one is NULL */
	int count;
	int is_certain; /* --noconfirm: what pacman asks has the same answers here */
};

/*
 * Turns the arguments of a pacman into those that list what it downloads. They ask no network: -y is taken out.
 *
 * text: its arguments without the program's name, each with its NUL; words point into it
 * config: the pacman.conf(5) that stands for one that only the pacman itself can open (/proc/self/fd); NULL for pacman's own
 * Returns 0; -1 where there is nothing to list: another operation than -S, one that lists already, targets from standard input.
 */
int listing_make(struct listing *listing, char *text, size_t length, const char *config);

#endif

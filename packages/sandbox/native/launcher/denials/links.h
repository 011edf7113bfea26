/* SPDX-License-Identifier: MIT */
/* Links of proc(5) that are not names, as "/proc/self/fd/3", and links that lead to them, as "/dev/stdin". The kernel's own
 * descriptors stand behind them, so no name can be followed there. */
#ifndef SB_LINKS_H
#define SB_LINKS_H

#include "find.h"
#include "judge.h"

enum sb_link_is { SB_LINK_UNKNOWN, SB_LINK_DENIED, SB_LINK_FOLLOWED };

/*
 * Follows the first such link of a name. Of the caller's own process it becomes what the link leads to now: the name is another
 * one then, and is judged anew. Of a process outside it is denied, and *denial says so.
 *
 * `follows`: whether the kernel follows a link at the end.
 */
enum sb_link_is sb_link_follow(const struct sb_shared *shared, struct sb_name *name, int follows,
	struct sb_denial *denial);

#endif

/* SPDX-License-Identifier: MIT */
/* The keeper: a process that stays for as long as its pacman. It starts one that downloads, and
 * passes its channel to one front door after the other. It reads nothing that comes through the
 * channel. */
#ifndef FRONT_KEEPER_H
#define FRONT_KEEPER_H

#include "meeting.h"

/* Starts one. 0 once it listens; -1. */
int keeper_start(const struct meeting *meeting, const struct owner *owner, const struct call *call);

#endif

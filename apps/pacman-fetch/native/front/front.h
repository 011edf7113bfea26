/* SPDX-License-Identifier: MIT */
/* The front door: one file by a process that downloads for one pacman, so that a file does not need
 * a start of Node. docs/decisions/0016-front-door.md describes its guarantees. */
#ifndef FRONT_FRONT_H
#define FRONT_FRONT_H

/* Nothing was done, as with -1, and the started Node has ended before its first word. */
enum { FRONT_SILENT = -2 };

/* Returns the exit status; FRONT_SILENT; -1 if nothing was done, or nothing that prevents starting the program in
 * the usual way. That is so for any call other than the one that pacman makes, and for any
 * unexpected state. */
int front_door(int argc, char **argv);

#endif

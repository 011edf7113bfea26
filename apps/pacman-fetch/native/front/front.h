/* SPDX-License-Identifier: MIT */
/*
 * The front door: one file by a process that downloads for one pacman, so that a file costs no start of Node.
 * docs/decisions/0016-front-door.md says what it promises.
 */
#ifndef FRONT_FRONT_H
#define FRONT_FRONT_H

/*
 * The status to end with; -1 where nothing was done, or nothing that keeps the program from being started as ever: for
 * any call but the one that pacman makes, and wherever something is not as it must be.
 */
int front_door(int argc, char **argv);

#endif

/* SPDX-License-Identifier: MIT */
/* The folder of FILE, held open: where FILE is made, and where the process that downloads is met. */
#ifndef FRONT_PLACE_H
#define FRONT_PLACE_H

/*
 * Opens it if it belongs to this user and nobody else may write to it; for root, if nobody else can turn its path into
 * another one either (packages/files/src/trusted-path.ts has the same rules).
 * File: absolute. A descriptor; -1 for any other place, and where it can't be said.
 */
int place_open(const char *file);

#endif

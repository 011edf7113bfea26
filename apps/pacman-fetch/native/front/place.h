/* SPDX-License-Identifier: MIT */
/* The directory of FILE, held open: FILE is created in it, and the process that downloads is met in
 * it. */
#ifndef FRONT_PLACE_H
#define FRONT_PLACE_H

/* Opens it if it belongs to this user and no other user may write to it; for root, only if no other
 * user can replace a part of its path either (packages/files/src/trusted-path.ts has the same
 * rules), and if no program serves it, which may never answer. file: absolute. Returns a descriptor; -1 for any other place, and if that is unknown. */
int place_open(const char *file);

#endif

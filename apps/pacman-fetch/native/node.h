/* SPDX-License-Identifier: MIT */
/* How Node is started: without variables that it would obey, and without io_uring for a download. */
#ifndef START_NODE_H
#define START_NODE_H

/* Keeps Node 22 and later from using an io_uring, with which a process cannot be restricted
 * (docs/decisions/0007). Returns 0 or -1. */
int node_without_rings(void);

/* Marks inherited descriptors after the first ones to be closed by exec. */
void node_forget_descriptors(unsigned int first);

/* Whether the Node of PATH runs at all: the one that was started has ended without a word. Returns 1,
 * or 0 after a message. */
int node_runs(void);

/* Executes Node, from PATH. script: its name in dist/ next to this program. arguments: end with
 * NULL. Returns only after an error, with a message; then the result is the exit status. */
int node_become(const char *script, char **arguments);

#endif

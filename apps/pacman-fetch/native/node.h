/* SPDX-License-Identifier: MIT */
/* How Node is started: without variables that it would take orders from, and without io_uring for a download. */
#ifndef START_NODE_H
#define START_NODE_H

/* Keeps Node 22 and later from an io_uring, by which a process can't be restricted (docs/decisions/0007). 0 or -1. */
int node_without_rings(void);

/* Marks what was inherited beyond the first descriptors to be closed by exec. */
void node_forget_descriptors(unsigned int first);

/*
 * Becomes Node, the one of PATH.
 * Flag: of Node, or NULL. Script: its name in dist/ beside this program. Arguments: end with NULL.
 * Returns only where that fails; it says so then. The status to end with.
 */
int node_become(const char *flag, const char *script, char **arguments);

#endif

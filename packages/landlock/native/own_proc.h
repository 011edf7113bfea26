/* SPDX-License-Identifier: MIT */
#ifndef SB_OWN_PROC_H
#define SB_OWN_PROC_H

/*
 * Whether the links in a folder of proc(5) lead to what this process has, or are text (/proc/self). Those of another process
 * may lead to its root folder, where a file system that never answers may lie (proc_pid_root(5)).
 */
int sb_is_own_proc(long folder);

#endif

/* SPDX-License-Identifier: MIT */
#ifndef SB_SCOPE_H
#define SB_SCOPE_H

/* The domain that it and the target have in common. If the target's ruleset restricts files, every
 * ruleset denies LL_FS_REFER that does not grant it. If it does not, one that handles a right of
 * files would deny mounting. Returns 0 or -errno, and *call names the call. */
long sb_enter_scope(int has_files, const char **call);

#endif

/* SPDX-License-Identifier: MIT */
#include "scope.h"
#include "../../../landlock/native/landlock_abi.h"
#include "../../../landlock/native/landlock_sys.h"

/* A ruleset's attributes, as of ABI 6. */
#define ATTR_SIZE_6 24

/* Moving and linking between directories stay as they were: beneath / this ruleset grants them.
 * Returns 0 or -errno. */
static long grant_moves(long ruleset)
{
	long root = ll_open_path("/");
	if (root < 0)
		return root;
	const struct ll_path_beneath_attr attr = {LL_FS_REFER, (int32_t)root};
	long error = ll_call(LL_SYS_ADD_RULE, ruleset, LL_RULE_PATH_BENEATH, (long)&attr, 0, 0);
	ll_close(root);
	return error;
}

long sb_enter_scope(int has_files, const char **call)
{
	const struct ll_ruleset_attr attr = {
		.handled_fs = has_files ? LL_FS_REFER : 0, .scoped = LL_SCOPE_SIGNAL};
	*call = "landlock_create_ruleset";
	long ruleset = ll_call(LL_SYS_CREATE_RULESET, (long)&attr, ATTR_SIZE_6, 0, 0, 0);
	if (ruleset < 0)
		return ruleset;
	*call = "landlock_add_rule";
	long error = has_files ? grant_moves(ruleset) : 0;
	if (!error) {
		*call = "landlock_restrict_self";
		error = ll_call(LL_SYS_RESTRICT_SELF, ruleset, 0, 0, 0, 0);
	}
	ll_close(ruleset);
	return error;
}

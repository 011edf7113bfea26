/* SPDX-License-Identifier: MIT */
/* Glue between JavaScript and the C files beside it: converts values, decides nothing. */
#define _GNU_SOURCE
#include "ids.h"
#include "lookup.h"
#include "privdrop.h"
#include "sb_js.h"
#include "sb_js_no_new_privs.h"

#include <stdlib.h>

/* applyRecord(bytes: Uint8Array): { step, syscall?, errno } | null */
static napi_value apply_record(struct sb_js *js)
{
	struct sb_js_bytes record = sb_js_bytes(js, 0);
	struct sb_failure failure = {0};
	if (!sb_js_is_whole(js))
		return NULL;
	if (sb_privdrop_apply(record.data, record.length, &failure))
		return sb_js_failure(js, &failure);
	return sb_js_null(js);
}

static napi_value ids_of(struct sb_js *js, const struct sb_ids *ids)
{
	const unsigned int all[] = {ids->real, ids->effective, ids->saved, ids->filesystem};
	napi_value result = sb_js_array(js);
	for (uint32_t i = 0; i < 4; i++)
		sb_js_put(js, result, i, sb_js_number(js, all[i]));
	return result;
}

static napi_value groups_of(struct sb_js *js, const gid_t *groups, int count)
{
	napi_value result = sb_js_array(js);
	for (int i = 0; i < count; i++)
		sb_js_put(js, result, (uint32_t)i, sb_js_number(js, groups[i]));
	return result;
}

/* The groups of this process, to be freed; their number or -errno. */
static int read_groups(gid_t **groups)
{
	int count = sb_getgroups(0, NULL);
	if (count < 0)
		return count;
	*groups = calloc((size_t)count + 1, sizeof **groups);
	return *groups ? sb_getgroups(count, *groups) : -ENOMEM;
}

/* identity(): { uid: [4], gid: [4], groups: number[] } | -errno */
static napi_value identity(struct sb_js *js)
{
	struct sb_ids uids, gids;
	gid_t *groups = NULL;
	int error = sb_getuids(&uids);
	if (error == 0)
		error = sb_getgids(&gids);
	int count = error ? error : read_groups(&groups);
	napi_value result = NULL;
	if (count < 0) {
		result = sb_js_number(js, count);
	} else {
		result = sb_js_object(js);
		sb_js_set(js, result, "uid", ids_of(js, &uids));
		sb_js_set(js, result, "gid", ids_of(js, &gids));
		sb_js_set(js, result, "groups", groups_of(js, groups, count));
	}
	free(groups);
	return result;
}

static int find_user(struct sb_js *js, struct sb_user *user)
{
	if (!sb_js_is_text(js, 0)) {
		uid_t uid = (uid_t)sb_js_integer(js, 0);
		return sb_js_is_whole(js) ? sb_user_by_id(uid, user) : -EINVAL;
	}
	char *name = sb_js_text(js, 0);
	int error = name ? sb_user_by_name(name, user) : -ENOMEM;
	free(name);
	return error;
}

/* user(nameOrUid: string | number): { uid, gid, name, home, shell } | -errno */
static napi_value user(struct sb_js *js)
{
	struct sb_user *found = calloc(1, sizeof *found);
	int error = found ? find_user(js, found) : -ENOMEM;
	napi_value result = error ? sb_js_number(js, error) : sb_js_object(js);
	if (error == 0) {
		sb_js_set(js, result, "uid", sb_js_number(js, found->uid));
		sb_js_set(js, result, "gid", sb_js_number(js, found->gid));
		sb_js_set(js, result, "name", sb_js_string(js, found->name));
		sb_js_set(js, result, "home", sb_js_string(js, found->home));
		sb_js_set(js, result, "shell", sb_js_string(js, found->shell));
	}
	free(found);
	return result;
}

static int find_group(struct sb_js *js, gid_t *gid)
{
	if (!sb_js_is_text(js, 0)) {
		*gid = (gid_t)sb_js_integer(js, 0);
		return sb_js_is_whole(js) ? sb_group_by_id(*gid) : -EINVAL;
	}
	char *name = sb_js_text(js, 0);
	int error = name ? sb_group_by_name(name, gid) : -ENOMEM;
	free(name);
	return error;
}

/* group(nameOrGid: string | number): { gid } | -errno */
static napi_value group(struct sb_js *js)
{
	gid_t gid = 0;
	int error = find_group(js, &gid);
	if (error)
		return sb_js_number(js, error);
	napi_value result = sb_js_object(js);
	sb_js_set(js, result, "gid", sb_js_number(js, gid));
	return result;
}

/* groupsOf(name: string, gid: number): number[] | -errno */
static napi_value groups_of_user(struct sb_js *js)
{
	gid_t *groups = NULL;
	gid_t gid = (gid_t)sb_js_integer(js, 1);
	char *name = sb_js_text(js, 0);
	if (!name)
		return NULL;
	int count = sb_groups_of(name, gid, &groups);
	free(name);
	napi_value result = count < 0 ? sb_js_number(js, count) : groups_of(js, groups, count);
	free(groups);
	return result;
}

static const struct sb_js_export table[] = {
	{"applyRecord", apply_record},
	{"noNewPrivs", sb_js_no_new_privs},
	{"identity", identity},
	{"user", user},
	{"group", group},
	{"groupsOf", groups_of_user},
};

NAPI_MODULE_INIT()
{
	return sb_js_exports(env, exports, table, sizeof table / sizeof *table);
}

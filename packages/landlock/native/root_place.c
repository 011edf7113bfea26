/* SPDX-License-Identifier: MIT */
#include "root_place.h"
#include "climb.h"

#define OVERFLOW_ID 65534u /* what ids without a number read as (user_namespaces(7)) */
#define WRITABLE_BY_ALL 0002u
#define WRITABLE_BY_GROUP 0020u
#define STICKY 01000u

struct place {
	long folder;
	int unmapped;
};

static int is_roots(const struct place *place, uint32_t id)
{
	return id == 0 || (place->unmapped && id == OVERFLOW_ID);
}

static int is_open_to_others(const void *context, long at, const struct ll_statx *status)
{
	const struct place *place = context;
	if (!is_roots(place, status->uid) || ll_is_served(at))
		return 1;
	/* Into a sticky folder a link of root's can be moved from elsewhere. */
	if ((status->mode & STICKY) && at != place->folder)
		return 0;
	return (status->mode & WRITABLE_BY_ALL) ||
	       ((status->mode & WRITABLE_BY_GROUP) && !is_roots(place, status->gid));
}

int sb_is_root_place(long folder, int unmapped)
{
	const struct place place = {folder, unmapped};
	return sb_climb(folder, is_open_to_others, &place) == 0;
}

/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "above.h"
#include "sb_stat.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

/* Takes in one path on the way up; whether there is room and it is there. */
static int look_at(struct sb_above *above, const char *path)
{
	struct stat status;
	if (above->depth == SB_ABOVE_MAX || sb_stat(path, &status))
		return 0;
	above->at[above->depth].device = status.st_dev;
	above->at[above->depth].inode = status.st_ino;
	above->depth++;
	return 1;
}

void sb_above_look(struct sb_above *above, const char *path)
{
	char real[PATH_MAX];
	struct stat file, named;
	memset(above, 0, sizeof *above);
	above->granted = ~0ull;
	/* Without links, so that what is above is what the text says, if it says where the file is. */
	if (!realpath(path, real) || sb_stat(path, &file) || sb_stat(real, &named) ||
		file.st_dev != named.st_dev || file.st_ino != named.st_ino)
		return;
	while (real[1]) {
		if (!look_at(above, real))
			return;
		char *slash = strrchr(real, '/');
		slash[slash == real] = 0;
	}
	if (look_at(above, "/"))
		above->granted = 0;
}

void sb_above_grant(struct sb_above *above, const struct stat *status, uint64_t rights)
{
	for (unsigned int i = 0; i < above->depth; i++) {
		if (above->at[i].device == status->st_dev && above->at[i].inode == status->st_ino)
			above->granted |= rights;
	}
}

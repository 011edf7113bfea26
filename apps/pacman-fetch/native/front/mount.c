/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "mount.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The type comes after the first " - ": the kernel writes spaces of names as \040. */
static int is_of_fuse(const char *line)
{
	static const char before[] = " - ";
	const char *type = strstr(line, before);
	return !type || !strncmp(type + strlen(before), "fuse", strlen("fuse"));
}

int mount_is_served(uint64_t mount)
{
	FILE *list = fopen("/proc/self/mountinfo", "re");
	char *line = NULL;
	size_t size = 0;
	int is_served = 1;
	if (!list)
		return 0;
	while (getline(&line, &size, list) > 0) {
		if (strtoull(line, NULL, 10) != mount)
			continue;
		is_served = is_of_fuse(line);
		break;
	}
	free(line);
	(void)fclose(list); /* was read only */
	return is_served;
}

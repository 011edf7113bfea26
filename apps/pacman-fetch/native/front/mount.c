/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "mount.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "named.h"

/* The same on every architecture. Tests take a number that no kernel has. */
#ifndef FRONT_STATMOUNT
#define FRONT_STATMOUNT 457
#endif

/* As in linux/mount.h, which not every C library has. */
enum { WANT_TYPE = 0x20 };

struct request {
	uint32_t size, spare;
	uint64_t mount, wanted;
};

struct answer {
	uint32_t size, options;
	uint64_t mask;
	uint32_t major, minor;
	uint64_t magic;
	uint32_t flags, type; /* where it begins in the texts */
	uint8_t rest[512 - 40];
	char texts[256];
};
_Static_assert(sizeof(struct answer) == 768, "struct statmount of the kernel, and its texts");

/* The type comes after the first " - ": the kernel writes spaces of names as \040. */
static int is_of_fuse(const char *line)
{
	static const char before[] = " - ";
	const char *type = strstr(line, before);
	return !type || !strncmp(type + strlen(before), "fuse", strlen("fuse"));
}

/* One question in place of a list, which the kernel writes anew for each file. 1, 0, or -1 if it
 * does not answer: before Linux 6.8, under a filter, or in another root. */
static int is_of_fuse_by_call(int held)
{
	static struct answer answer;
	const struct request request = {
		.size = sizeof(request), .mount = named_unique_mount(held), .wanted = WANT_TYPE};
	if (!request.mount || syscall(FRONT_STATMOUNT, &request, &answer, sizeof(answer), 0))
		return -1;
	if (!(answer.mask & WANT_TYPE) || answer.type >= sizeof(answer.texts))
		return -1;
	return !strncmp(answer.texts + answer.type, "fuse", strlen("fuse"));
}

static int is_served_by_list(uint64_t mount)
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

int mount_is_served(int held, uint64_t mount)
{
	const int is_served = is_of_fuse_by_call(held);
	return is_served < 0 ? is_served_by_list(mount) : is_served;
}

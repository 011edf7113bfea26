/* SPDX-License-Identifier: MIT */
/*
 * Feeds what the supervisor of denials takes apart without asking anybody: any call, and any path of proc(5), in a build with
 * AddressSanitizer and UBSan. Arguments: number of calls and paths, seed. Prints how many paths were places of a process.
 */
#include "../../native/launcher/denials/proc_place.h"
#include "../../native/launcher/denials/request.h"
#include "sb_test_random.h"

#include <linux/audit.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Numbers that calls often have, and any others. */
static uint64_t any_argument(void)
{
	static const uint64_t usual[] = {0, 1, 16, 0x4206, 0x1000, 0x200000, 0x410000, 0x80000000,
		0xffffffff, ~0ull, (uint64_t)-100};
	const uint64_t wide = (uint64_t)next() << 32 | next();
	return next() % 2 ? usual[next() % (sizeof usual / sizeof *usual)] : wide;
}

static int is_sound(const struct sb_request *request)
{
	if (request->action == SB_ASK_NOTHING)
		return 1;
	/* Whom a signal or tracing is for is a number or a descriptor; a group has no number above all processes. */
	const int is_group = request->action == SB_ASK_SIGNAL_GROUP;
	if (is_group && request->from.path && request->from.path >> 31)
		return 0;
	return request->call && strlen(request->call) > 2 && request->action <= SB_ASK_READ_LINK;
}

static int try_call(void)
{
	struct seccomp_data data = {.nr = (int)(next() % 480)};
#if defined(__x86_64__)
	data.arch = next() % 8 ? AUDIT_ARCH_X86_64 : AUDIT_ARCH_I386;
#else
	data.arch = next() % 8 ? AUDIT_ARCH_AARCH64 : AUDIT_ARCH_ARM;
#endif
	struct sb_request request;
	for (int i = 0; i < 6; i++)
		data.args[i] = any_argument();
	sb_request_of(&data, &request);
	return is_sound(&request);
}

/* A path of parts that mean something, at most of them; exactly as long as it is. */
static char *any_path(void)
{
	static const char *const parts[] = {"/proc", "/", "7", "/77777", "/999999999",
		"/9999999999", "/task", "/8", "/fd/3", "/maps", "self", "x", "//", "/0"};
	char path[128] = "";
	for (uint32_t i = 1 + next() % 7; i > 0; i--)
		strcat(path, parts[next() % 4 ? next() % 10 : next() % 14]);
	if (next() % 2)
		memcpy(path, "/proc/7", strlen(path) < 7 ? strlen(path) : 7);
	char *own = strdup(path);
	if (!own)
		exit(4);
	return own;
}

/* The C library reads the same numbers, and the rest is what follows them. */
static int is_whole(const char *path, const struct sb_proc_place *place)
{
	char *end;
	if (strncmp(path, "/proc/", 6) || strtoul(path + 6, &end, 10) != place->process)
		return 0;
	if (strncmp(end, "/task/", 6) == 0) {
		if (strtoul(end + 6, &end, 10) != place->thread)
			return 0;
	} else if (place->thread != place->process) {
		return 0;
	}
	return *end == '/' && end + 1 == place->rest && *place->rest;
}

int main(int argc, char **argv)
{
	unsigned long places = 0, runs = argc > 1 ? strtoul(argv[1], NULL, 10) : 1000;
	state = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1;
	for (unsigned long i = 0; i < runs; i++) {
		struct sb_proc_place place;
		if (!try_call())
			return 5;
		char *path = any_path();
		const int is_place = sb_proc_place(path, &place);
		if (is_place && !is_whole(path, &place))
			return fprintf(stderr, "%s\n", path), 6;
		places += (unsigned long)is_place;
		free(path);
	}
	printf("%lu\n", places);
	return 0;
}

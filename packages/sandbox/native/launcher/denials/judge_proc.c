/* SPDX-License-Identifier: MIT */
#include "judge_proc.h"
#include "hidden.h"
#include "judge_move.h"
#include "proc_place.h"
#include "trace.h"
#include "../strings.h"

#include <asm/errno.h>

/* For these, the kernel reads the memory of the process. It asks nothing about a process that has no memory left. */
static const char *const of_memory[] = {
	"environ", "auxv", "maps", "smaps", "smaps_rollup", "numa_maps", "pagemap", 0};
/* With one of these, CAP_PERFMON and CAP_SYS_ADMIN, it may be read without tracing (may_access_mm() in kernel/fork.c). */
#define READS_MEMORY (1ull << 38 | 1ull << 21)

static int is_memory(const struct sb_process_facts *own, const char *rest)
{
	static const char *const whole[] = {"mem", 0};
	return sb_is_among(rest, whole) ||
	       (sb_is_among(rest, of_memory) && !(own->capabilities & READS_MEMORY));
}

int sb_is_traced_by_name(const char *path)
{
	static const char *const through[] = {
		"/root/", "/cwd/", "/fd/", "/fdinfo/", "/exe/", "/map_files/", 0};
	static const char *const whole[] = {"mem", 0};
	const char *last = path;
	/* Other links that lead to such names are as rare as that, and a denial by them is not reported. */
	if (path[0] == '/' && !sb_begins(path, "/proc/") && !sb_begins(path, "/dev/fd/"))
		return 0;
	for (const char *at = path; *at; at++) {
		for (const char *const *word = through; *at == '/' && *word; word++) {
			if (sb_begins(at, *word))
				return 1;
		}
		if (at == path || at[-1] == '/')
			last = at;
	}
	/* A relative name may begin in such a directory. */
	return sb_is_among(last, of_memory) || sb_is_among(last, whole) ||
	       sb_begins(path, "root/") || sb_begins(path, "cwd/") || sb_begins(path, "fd/") ||
	       sb_begins(path, "fdinfo/");
}

static int is_descriptor(const char *rest)
{
	return sb_begins(rest, "fdinfo/");
}

/* The denial has the path; the number of the process is added. */
static int deny(const struct sb_shared *shared, const struct sb_name *name, int is_link,
	struct sb_denial *denial)
{
	struct sb_process_facts own, target;
	struct sb_proc_place place;
	if (!sb_proc_place(denial->path, &place) || !sb_process_facts(name->thread, &own) ||
		place.process == own.process || sb_proc_hides())
		return 0;
	const int needs_memory = !is_link && is_memory(&own, place.rest);
	if (!is_link && !needs_memory && !is_descriptor(place.rest))
		return 0;
	if (!sb_is_untraceable(shared, &own, place.thread, SB_BY_FILES, &target) ||
		(needs_memory && !target.has_memory))
		return 0;
	denial->error = EACCES;
	denial->right = 1ull << SB_BY_TRACE;
	denial->other[sb_format_number(denial->other, target.process)] = 0;
	return 1;
}

int sb_judge_proc_file(const struct sb_shared *shared, const struct sb_name *name,
	const struct sb_entry *entry, struct sb_denial *denial)
{
	return sb_device(&entry->status) == sb_caller_proc() &&
	       (entry->status.mode & LL_S_IFMT) == LL_S_IFREG && sb_deny(denial, 0, 1, entry) &&
	       deny(shared, name, 0, denial);
}

int sb_judge_proc_link(const struct sb_shared *shared, const struct sb_name *name,
	const struct sb_file *link, struct sb_denial *denial)
{
	return sb_device(&link->status) == sb_caller_proc() &&
	       (link->status.mode & LL_S_IFMT) == LL_S_IFLNK &&
	       sb_path_of(link, denial->path) > 0 && deny(shared, name, 1, denial);
}

int sb_judge_read_link(
	const struct sb_shared *shared, const struct sb_name *name, struct sb_denial *denial)
{
	struct sb_file link;
	if (sb_find_file(name, name->path, LL_O_NOFOLLOW, &link))
		return 0;
	const int is_denied = sb_judge_proc_link(shared, name, &link, denial);
	sb_file_close(&link);
	return is_denied;
}

/* SPDX-License-Identifier: MIT */
#include "judge.h"
#include "glance.h"
#include "rights.h"
#include "judge_move.h"
#include "judge_open.h"
#include "judge_port.h"
#include "judge_proc.h"
#include "judge_signal.h"
#include "judge_socket.h"
#include "judge_trace.h"
#include "links.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <asm/statfs.h>
#include <linux/fcntl.h>
#include <linux/magic.h>

#include "../../../../landlock/native/landlock_abi.h"

long sb_ask_modes(const struct sb_file *file, int mode)
{
	return sb_syscall6(__NR_faccessat2, file->descriptor, (long)"", mode,
		AT_EMPTY_PATH | AT_EACCESS, 0, 0);
}

int sb_is_read_only(const struct sb_file *folder)
{
	return sb_ask_modes(folder, WRITES) == -EROFS;
}

long sb_ask_entry(const struct sb_entry *entry, int mode)
{
	const long flags = AT_EACCESS | (entry->name[0] ? AT_SYMLINK_NOFOLLOW : AT_EMPTY_PATH);
	return sb_syscall6(
		__NR_faccessat2, entry->folder.descriptor, (long)entry->name, mode, flags, 0, 0);
}

int sb_is_never_made(const struct sb_entry *entry)
{
	struct statfs status;
	if (entry->exists)
		return 0;
	return sb_syscall3(__NR_fstatfs, entry->folder.descriptor, (long)&status, 0) ||
	       status.f_type == PROC_SUPER_MAGIC;
}

/* A denial of what has a path. What has none is not judged. */
int sb_deny(struct sb_denial *denial, int error, uint64_t missing, const struct sb_entry *entry)
{
	long length = sb_path_of(&entry->folder, denial->path);
	if (length < 0)
		return 0;
	denial->error = error;
	denial->right = missing & -missing;
	denial->other[0] = 0;
	if (!entry->name[0])
		return 1;
	if (length > 1)
		denial->path[length++] = '/';
	memcpy(denial->path + length, entry->name, strlen(entry->name) + 1);
	return 1;
}

/* Making and removing an entry needs a right on its directory, which is asked before modes. */
static int judge_entry(const struct sb_shared *shared, const struct sb_request *request,
	const struct sb_name *name, struct sb_denial *denial)
{
	static struct sb_entry entry;
	if (sb_find_entry(name, 0, &entry))
		return 0;
	int is_denied = 0;
	if (entry.exists == (request->action == SB_ASK_REMOVE) &&
		(request->takes_slash || !entry.is_slashed) && !sb_is_never_made(&entry) &&
		!sb_is_read_only(&entry.folder)) {
		uint64_t missing = sb_missing(shared, 0, &entry.folder, request->right);
		is_denied = missing && sb_deny(denial, EACCES, missing, &entry);
	}
	sb_file_close(&entry.folder);
	return is_denied;
}

/* The flags of openat2(2) are in memory. Those beyond are for the kernel to refuse. */
static int read_how(struct sb_caller *caller, struct sb_request *request)
{
	struct ll_open_how how;
	if (!request->how)
		return 1;
	if (!sb_caller_read(caller, request->how, &how, sizeof how))
		return 0;
	request->flags = how.flags;
	request->resolve = how.resolve;
	/* RESOLVE_IN_ROOT has another root, RESOLVE_CACHED another answer; what is unknown here, the kernel refuses. For
	 * RESOLVE_NO_SYMLINKS "/proc/self" is a link, which is replaced here. */
	return !(how.resolve & (~0x0full | LL_RESOLVE_NO_SYMLINKS)) && !(how.flags >> 32);
}

static int judge_once(const struct sb_shared *shared, const struct sb_request *request,
	struct sb_name names[2], struct sb_denial *denial)
{
	struct sb_name *from = &names[0], *to = &names[1];
	switch (request->action) {
	case SB_ASK_OPEN:
		/* What makes a file, or says so, does not follow it. */
		if (!(request->flags & (LL_O_NOFOLLOW | O_CREAT)) && !request->resolve &&
			!sb_name_follow(from, from->thread))
			return 0;
		return sb_judge_open(shared, request, from, denial);
	case SB_ASK_MAKE:
	case SB_ASK_REMOVE:
		return judge_entry(shared, request, from, denial);
	case SB_ASK_RENAME:
		sb_glance_forget();
		return sb_judge_rename(shared, request->flags, from, to, denial);
	case SB_ASK_LINK:
		return sb_judge_link(shared, request->flags, from, to, denial);
	case SB_ASK_READ_LINK:
		return sb_judge_read_link(shared, from, denial);
	default:
		return sb_judge_use(shared, request, from, denial);
	}
}

/* Whether the kernel follows a link at the end of the first name. */
static int follows(const struct sb_request *request)
{
	const uint64_t makes = O_CREAT | O_EXCL;
	switch (request->action) {
	case SB_ASK_OPEN:
		return !(request->flags & LL_O_NOFOLLOW) && (request->flags & makes) != makes;
	case SB_ASK_LINK:
		return (request->flags & AT_SYMLINK_FOLLOW) != 0;
	default:
		return request->action == SB_ASK_TRUNCATE || request->action == SB_ASK_EXECUTE;
	}
}

#define LINKS_MAX 8u /* that are followed here; the kernel follows forty */

static int judge_named(const struct sb_shared *shared, const struct sb_request *request,
	struct sb_name names[2], struct sb_denial *denial)
{
	for (unsigned int links = 0; links < LINKS_MAX; links++) {
		(void)sb_find_met_link(); /* forgets one of an earlier look */
		if (judge_once(shared, request, names, denial))
			return 1;
		/* There the descriptors would be those of this process. */
		if (!sb_find_met_link() && !sb_begins(names[0].path, "/dev/fd/"))
			return 0;
		if (request->resolve)
			return 0;
		enum sb_link_is is = sb_link_follow(shared, &names[0], follows(request), denial);
		if (is == SB_LINK_UNKNOWN && names[1].base >= 0)
			is = sb_link_follow(shared, &names[1], 0, denial);
		if (is != SB_LINK_FOLLOWED)
			return is == SB_LINK_DENIED;
	}
	return 0;
}

/* execveat(2) executes a descriptor if the name is empty. */
static int take_name(
	struct sb_caller *caller, const struct sb_request *request, struct sb_name *name)
{
	char first = 1;
	if (request->action == SB_ASK_EXECUTE && request->flags & AT_EMPTY_PATH &&
		sb_caller_read(caller, request->from.path, &first, 1) && !first)
		return sb_caller_descriptor(caller, request->from.folder, name);
	return sb_caller_name(caller, request->from, name);
}

static int is_nameless(enum sb_action action)
{
	return action == SB_ASK_PORT || action == SB_ASK_SIGNAL || action == SB_ASK_SIGNAL_GROUP ||
	       action == SB_ASK_SEND || action == SB_ASK_TRACE;
}

static int judge_nameless(const struct sb_shared *shared, const struct sb_request *request,
	struct sb_caller *caller, struct sb_denial *denial)
{
	switch (request->action) {
	case SB_ASK_PORT:
		return sb_judge_port(shared, request, caller, denial) ||
		       (request->right == LL_NET_CONNECT_TCP &&
			       sb_judge_socket(shared, request, caller, denial));
	case SB_ASK_SEND:
		return sb_judge_socket(shared, request, caller, denial);
	case SB_ASK_TRACE:
		return sb_judge_trace(shared, request, caller, denial);
	default:
		return sb_judge_signal(shared, request, caller, denial);
	}
}

int sb_judge(const struct sb_shared *shared, const struct sb_request *given, uint32_t thread,
	sb_still_waits *waits, void *context, struct sb_denial *denial)
{
	static struct sb_name names[2];
	struct sb_name *const from = &names[0], *const to = &names[1];
	struct sb_request request = *given;
	struct sb_caller caller;
	const int is_move = request.action == SB_ASK_RENAME || request.action == SB_ASK_LINK;
	from->base = to->base = -1;
	int is_read = request.action != SB_ASK_NOTHING &&
		      sb_caller_open(&caller, thread, shared->filter.keeps_root);
	if (!is_read)
		return 0;
	if (is_nameless(request.action)) {
		const int is_denied = judge_nameless(shared, &request, &caller, denial);
		sb_caller_close(&caller);
		return is_denied && waits(context);
	}
	is_read = read_how(&caller, &request) && take_name(&caller, &request, from) &&
		  (!is_move || sb_caller_name(&caller, request.to, to));
	sb_caller_close(&caller);
	/* Its memory was its own if it still waits. What is let through needs no such question. */
	const int is_denied =
		is_read && judge_named(shared, &request, names, denial) && waits(context);
	sb_name_close(from);
	sb_name_close(to);
	return is_denied;
}

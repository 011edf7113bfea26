/* SPDX-License-Identifier: MIT */
#include "judge_socket.h"
#include "judge_move.h"
#include "old_sockets.h"
#include "rights.h"
#include "socket_look.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/socket.h>
#include <linux/stat.h>
#include <linux/un.h>

#include "../../../../landlock/native/landlock_abi.h"
#include "../../../../landlock/native/landlock_sys.h"

#define AF_UNIX 1
#define SOCK_DGRAM 2
#define MSG_OOB 1
#define PARTS_MAX 16 /* of a message that is looked at */
#define BEFORE_NAME __builtin_offsetof(struct sockaddr_un, sun_path)

/* Where an address is, and what the kernel looks at before it. */
struct sent {
	uint64_t address, length;
	uint64_t bytes; /* of the message */
};

/* struct user_msghdr of linux/socket.h, as 64-bit programs pass it. */
struct header {
	uint64_t address;
	int32_t length, unused;
	uint64_t parts, part_count, control, control_length;
	uint32_t flags;
};

struct part {
	uint64_t bytes, length;
};

static int read_header(
	struct sb_caller *caller, const struct sb_request *request, struct sent *sent)
{
	struct header header;
	struct part parts[PARTS_MAX];
	if (!sb_caller_read(caller, request->how, &header, sizeof header))
		return 0;
	/* Descriptors and credentials that it passes have other errors. */
	if (header.length <= 0 || header.control_length || header.part_count > PARTS_MAX)
		return 0;
	if (header.part_count &&
		!sb_caller_read(caller, header.parts, parts, header.part_count * sizeof *parts))
		return 0;
	*sent = (struct sent){header.address, (uint64_t)header.length, 0};
	for (uint64_t i = 0; i < header.part_count; i++) {
		if (parts[i].length >> 31)
			return 0;
		sent->bytes += parts[i].length;
	}
	return 1;
}

static int read_sent(struct sb_caller *caller, const struct sb_request *request, struct sent *sent)
{
	if (request->action == SB_ASK_SEND && request->to.folder & MSG_OOB)
		return 0;
	if (request->how)
		return read_header(caller, request, sent);
	*sent = (struct sent){request->from.path, request->flags, request->to.path};
	return 1;
}

/* The length of the address, without what follows it; 0 if it has no name or can't be read. */
static uint64_t read_address(
	struct sb_caller *caller, const struct sent *sent, struct sockaddr_un *address)
{
	memset(address, 0, sizeof *address);
	if (sent->length <= BEFORE_NAME || sent->length > sizeof *address ||
		!sb_caller_read(caller, sent->address, address, sent->length) ||
		address->sun_family != AF_UNIX)
		return 0;
	return sent->length;
}

/* The type of the caller's socket if it can name such a socket; or -1. */
static int type_of(const struct sb_caller *caller, const struct sb_request *request, uint64_t bytes)
{
	struct sb_socket socket;
	if (!sb_look_at_socket(caller, request->from.folder, &socket) || socket.family != AF_UNIX ||
		!socket.is_unused || !sb_old_network() || socket.network != sb_old_network())
		return -1;
	if (request->action != SB_ASK_SEND)
		return socket.type;
	/* A longer message is an error before its address is looked up (unix_dgram_sendmsg() in net/unix/af_unix.c). */
	const long room = (long)socket.room - 32;
	return socket.type == SOCK_DGRAM && room >= 0 && bytes <= (uint64_t)room ? SOCK_DGRAM : -1;
}

static void deny(struct sb_denial *denial, const struct sb_abstract *name)
{
	char *at = denial->path;
	*at++ = '@';
	for (uint32_t i = 0; i + 1 < name->length; i++) {
		*at++ = "0123456789abcdef"[(name->name[i] >> 4) & 15];
		*at++ = "0123456789abcdef"[name->name[i] & 15];
	}
	*at = 0;
	denial->error = EPERM;
	denial->right = 1ull << SB_BY_SOCKET;
	denial->other[0] = 0;
}

static int judge_abstract(
	const struct sockaddr_un *address, uint64_t length, int type, struct sb_denial *denial)
{
	struct sb_abstract name = {.type = type, .length = (uint32_t)(length - BEFORE_NAME)};
	memcpy(name.name, address->sun_path + 1, name.length - 1);
	if (!sb_is_old_socket(&name))
		return 0;
	deny(denial, &name);
	return 1;
}

/* A name that is a file: modes come first, then whether there is such a socket, and then the rules (unix_find_bsd()). */
static int judge_file(const struct sb_shared *shared, const struct sb_caller *caller,
	const struct sockaddr_un *address, int type, struct sb_denial *denial)
{
	static struct sb_name name;
	static struct sb_entry entry;
	memcpy(name.path, address->sun_path, sizeof address->sun_path);
	name.path[sizeof address->sun_path] = 0;
	name.is_meant = 0;
	if (!sb_caller_begin(caller, &name))
		return 0;
	int is_denied = sb_find(&name, 0, 0, &entry) == 0;
	sb_name_close(&name);
	if (!is_denied)
		return 0;
	const uint64_t missing = sb_missing_of(shared, &entry, LL_FS_RESOLVE_UNIX);
	is_denied = entry.exists && (entry.status.mode & LL_S_IFMT) == S_IFSOCK && missing &&
		    !sb_ask_entry(&entry, WRITES) && sb_is_old_file(&entry.status, type) &&
		    sb_deny(denial, EACCES, missing, &entry);
	sb_file_close(&entry.folder);
	return is_denied;
}

int sb_judge_socket(const struct sb_shared *shared, const struct sb_request *request,
	struct sb_caller *caller, struct sb_denial *denial)
{
	struct sent sent;
	struct sockaddr_un address;
	const int by_scope = (shared->scoped & LL_SCOPE_ABSTRACT_UNIX_SOCKET) != 0;
	const int by_rule = (shared->handled & LL_FS_RESOLVE_UNIX) != 0;
	if ((!by_scope && !by_rule) || !read_sent(caller, request, &sent))
		return 0;
	const uint64_t length = read_address(caller, &sent, &address);
	if (!length || !(address.sun_path[0] ? by_rule : by_scope))
		return 0;
	const int type = type_of(caller, request, sent.bytes);
	if (type < 0)
		return 0;
	return address.sun_path[0] ? judge_file(shared, caller, &address, type, denial)
				   : judge_abstract(&address, length, type, denial);
}

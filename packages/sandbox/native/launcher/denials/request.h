/* SPDX-License-Identifier: MIT */
/* A call that the filter has passed to the supervisor, by what it does rather than by its number. */
#ifndef SB_REQUEST_H
#define SB_REQUEST_H

#include <linux/seccomp.h>
#include <stdint.h>

enum sb_action {
	SB_ASK_NOTHING, /* the kernel decides alone */
	SB_ASK_OPEN,
	SB_ASK_MAKE,
	SB_ASK_REMOVE,
	SB_ASK_RENAME,
	SB_ASK_LINK,
	SB_ASK_TRUNCATE,
	SB_ASK_EXECUTE,
	SB_ASK_PORT,
	SB_ASK_SIGNAL,
	SB_ASK_SIGNAL_GROUP,
	SB_ASK_SEND,
	SB_ASK_TRACE,
	SB_ASK_READ_LINK,
};

/* A path in the caller's memory, and the directory at which it begins. */
struct sb_where {
	int folder; /* descriptor of the caller, or AT_FDCWD */
	uint64_t path;
};

/* Of a signal, from.path is the thread or the group, or from.folder is a descriptor of that; to.path is the process, or 0.
 * Of tracing, from is as of a signal; to.folder is the second process of kcmp(2), and how, flags, to.path and resolve are the
 * parts of memory here and there, and their numbers. Of a connection, a port or a message, from is the descriptor of the socket and its address, whose length is in flags; to has the
 * length and the flags of a message. */
struct sb_request {
	enum sb_action action;
	const char *call;
	struct sb_where from, to;
	uint64_t flags;   /* of open, renameat2 and linkat; the number of a signal */
	uint64_t resolve; /* of openat2; the flags of pidfd_send_signal */
	uint64_t
		how; /* address of openat2's struct open_how, of a struct msghdr, or of a siginfo_t; or 0 */
	uint64_t right;  /* what making, removing and using a port needs */
	int takes_slash; /* whether a slash may end its path: it makes or removes a directory */
};

/* Takes a notified call apart. It reads no memory of the caller. */
void sb_request_of(const struct seccomp_data *data, struct sb_request *request);

#endif

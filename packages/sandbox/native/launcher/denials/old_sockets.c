/* SPDX-License-Identifier: MIT */
#include "old_sockets.h"
#include "socket_option.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/fcntl.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/socket.h>
#include <linux/unix_diag.h>

#include "../../../../landlock/native/landlock_sys.h"

#define AF_UNIX 1
#define AF_NETLINK 16
#define SOCK_DGRAM 2
#define SOCK_RAW 3
#define MSG_DONTWAIT 0x40
/* Of struct unix_diag_msg (include/net/tcp_states.h). */
#define ESTABLISHED 1
#define LISTENING 10

struct old {
	uint32_t inode, cookie[2]; /* together they mean one socket, until the next boot */
	struct sb_abstract abstract;
	struct unix_diag_vfs file; /* where its name is one; or 0 */
};

static struct old sockets[512];
static uint32_t count;
static uint64_t network;

union answer {
	struct nlmsghdr head;
	char bytes[32768];
};

/* What an answer says about one socket. */
struct seen {
	struct unix_diag_msg message;
	struct sb_abstract abstract; /* length 0: it has no abstract name */
	uint32_t waiting, most;      /* connections, and their limit */
	int has_peer, is_shut;
	struct unix_diag_vfs file;
};

uint64_t sb_old_network(void)
{
	return network;
}

static void take_name(struct seen *seen, const char *name, size_t length)
{
	/* That of a path begins with another byte. */
	if (length < 1 || length > SB_ABSTRACT_MAX + 1 || name[0])
		return;
	seen->abstract.type = seen->message.udiag_type;
	seen->abstract.length = (uint32_t)length;
	memcpy(seen->abstract.name, name + 1, length - 1);
}

static void take_attribute(struct seen *seen, const struct rtattr *at)
{
	const struct unix_diag_rqlen *lengths = RTA_DATA(at);
	const size_t length = at->rta_len - RTA_LENGTH(0);
	if (at->rta_type == UNIX_DIAG_NAME) {
		take_name(seen, RTA_DATA(at), length);
	} else if (at->rta_type == UNIX_DIAG_VFS && length >= sizeof seen->file) {
		memcpy(&seen->file, RTA_DATA(at), sizeof seen->file);
	} else if (at->rta_type == UNIX_DIAG_PEER) {
		seen->has_peer = 1;
	} else if (at->rta_type == UNIX_DIAG_SHUTDOWN && length) {
		seen->is_shut = *(const uint8_t *)RTA_DATA(at) != 0;
	} else if (at->rta_type == UNIX_DIAG_RQLEN && length >= sizeof *lengths) {
		seen->waiting = lengths->udiag_rqueue;
		seen->most = lengths->udiag_wqueue;
	}
}

static void take(struct seen *seen, const struct nlmsghdr *message)
{
	const char *bytes = (const char *)message;
	uint32_t at = NLMSG_SPACE(sizeof seen->message);
	memset(seen, 0, sizeof *seen);
	if (message->nlmsg_len < NLMSG_LENGTH(sizeof seen->message))
		return;
	memcpy(&seen->message, NLMSG_DATA(message), sizeof seen->message);
	while (at + sizeof(struct rtattr) <= message->nlmsg_len) {
		const struct rtattr *attribute = (const struct rtattr *)(bytes + at);
		if (attribute->rta_len < RTA_LENGTH(0) ||
			attribute->rta_len > message->nlmsg_len - at)
			return;
		take_attribute(seen, attribute);
		at += RTA_ALIGN((uint32_t)attribute->rta_len);
	}
}

/* A connection has the name of its listener, but nobody can connect to it. */
static void note(const struct seen *seen)
{
	if ((!seen->abstract.length && !seen->file.udiag_vfs_ino) ||
		count == sizeof sockets / sizeof *sockets)
		return;
	if (seen->message.udiag_type != SOCK_DGRAM && seen->message.udiag_state == ESTABLISHED)
		return;
	struct old *old = &sockets[count++];
	old->inode = seen->message.udiag_ino;
	memcpy(old->cookie, seen->message.udiag_cookie, sizeof old->cookie);
	old->abstract = seen->abstract;
	old->abstract.type = seen->message.udiag_type;
	old->file = seen->file;
}

/* A socket to the kernel alone, which has been asked; or -errno. */
static long ask(const struct old *old)
{
	const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	struct {
		struct nlmsghdr head;
		struct unix_diag_req request;
	} question = {.head = {.nlmsg_len = sizeof question,
			      .nlmsg_type = SOCK_DIAG_BY_FAMILY,
			      .nlmsg_flags = NLM_F_REQUEST},
		.request = {.sdiag_family = AF_UNIX, .udiag_states = ~0u}};
	question.request.udiag_show = UDIAG_SHOW_NAME | UDIAG_SHOW_VFS;
	if (old) {
		question.request.udiag_ino = old->inode;
		memcpy(question.request.udiag_cookie, old->cookie, sizeof old->cookie);
		question.request.udiag_show |= UDIAG_SHOW_PEER | UDIAG_SHOW_RQLEN;
	} else {
		question.head.nlmsg_flags |= NLM_F_DUMP;
	}
	long socket = sb_syscall3(__NR_socket, AF_NETLINK, SOCK_RAW | O_CLOEXEC, NETLINK_SOCK_DIAG);
	if (socket < 0)
		return socket;
	long error = sb_syscall3(__NR_connect, socket, (long)&kernel, sizeof kernel);
	if (!error)
		error = sb_syscall6(__NR_sendto, socket, (long)&question, sizeof question, 0, 0, 0);
	if (error == (long)sizeof question)
		return socket;
	ll_close(socket);
	return error < 0 ? error : -1;
}

static int is_whole(const struct nlmsghdr *message, uint32_t left)
{
	return left >= sizeof *message && message->nlmsg_len >= sizeof *message &&
	       message->nlmsg_len <= left;
}

/* The bytes of the next answer, which the kernel has ready; 0 without one. */
static uint32_t receive(long socket, union answer *answer)
{
	long length = sb_syscall6(__NR_recvfrom, socket, (long)answer->bytes, sizeof answer->bytes,
		MSG_DONTWAIT, 0, 0);
	return length < 0 ? 0 : (uint32_t)length;
}

void sb_old_sockets_note(void)
{
	static union answer answer;
	static struct seen seen;
	long socket = ask(NULL);
	if (socket < 0)
		return;
	network = sb_network_of(socket);
	for (int is_over = 0; !is_over;) {
		const uint32_t length = receive(socket, &answer);
		uint32_t at = 0;
		is_over = length == 0;
		while (!is_over && at < length) {
			const struct nlmsghdr *message =
				(const struct nlmsghdr *)(answer.bytes + at);
			is_over = !is_whole(message, length - at) ||
				  message->nlmsg_type != SOCK_DIAG_BY_FAMILY;
			if (is_over)
				break;
			take(&seen, message);
			note(&seen);
			at += NLMSG_ALIGN(message->nlmsg_len);
		}
	}
	ll_close(socket);
}

static int is_same(const struct sb_abstract *a, const struct sb_abstract *b)
{
	return a->type == b->type && a->length == b->length &&
	       memcmp(a->name, b->name, a->length - 1) == 0;
}

/* Whether it is there, and what it is now. */
static int look_again(const struct old *old, struct seen *seen)
{
	static union answer answer;
	long socket = ask(old);
	if (socket < 0)
		return 0;
	const uint32_t length = receive(socket, &answer);
	ll_close(socket);
	if (!is_whole(&answer.head, length) || answer.head.nlmsg_type != SOCK_DIAG_BY_FAMILY)
		return 0;
	take(seen, &answer.head);
	return 1;
}

/* Whether it is in a state in which the kernel asks Landlock (net/unix/af_unix.c). */
static int answers(const struct old *old)
{
	static struct seen seen;
	if (!look_again(old, &seen) || seen.is_shut || !is_same(&seen.abstract, &old->abstract))
		return 0;
	if (old->abstract.type == SOCK_DGRAM)
		return !seen.has_peer;
	return seen.message.udiag_state == LISTENING && seen.waiting <= seen.most;
}

int sb_is_old_socket(const struct sb_abstract *abstract)
{
	for (uint32_t i = 0; i < count; i++) {
		/* Others had the name in the meantime, or nobody: a name has one socket at once. */
		if (sockets[i].abstract.length && is_same(&sockets[i].abstract, abstract) &&
			answers(&sockets[i]))
			return 1;
	}
	return 0;
}

int sb_is_old_file(const struct ll_statx *file, int type)
{
	static struct seen seen;
	/* The kernel's own number of the device (linux/kdev_t.h). */
	const uint32_t device = file->dev_major << 20 | file->dev_minor;
	for (uint32_t i = 0; i < count; i++) {
		const struct unix_diag_vfs *old = &sockets[i].file;
		if (old->udiag_vfs_ino == file->ino && old->udiag_vfs_dev == device &&
			sockets[i].abstract.type == type && look_again(&sockets[i], &seen) &&
			memcmp(&seen.file, old, sizeof *old) == 0)
			return 1;
	}
	return 0;
}

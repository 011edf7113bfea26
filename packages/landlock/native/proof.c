/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "above.h"
#include "proof.h"
#include "sb_stat.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

/* An attempt answers 0 or -errno. */
typedef int (*attempt_fn)(const struct sb_proof_context *context, const char *path, int flags);

/* No socket: a refusal of that is not Landlock's answer, whatever it was. */
static int not_denied(int error)
{
	return error == -EACCES || error == -EPERM ? -ENOTSOCK : error;
}

static int open_file(const struct sb_proof_context *context, const char *path, int flags)
{
	(void)context;
	int descriptor = open(path, flags | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (descriptor < 0)
		return -errno;
	(void)close(descriptor); /* nothing was written */
	return 0;
}

static int ask_device(const struct sb_proof_context *context, const char *path, int flags)
{
	struct termios settings;
	(void)context;
	int descriptor = open(path, flags | O_CLOEXEC | O_NOCTTY);
	if (descriptor < 0)
		return errno == EACCES ? -ENOENT : -errno; /* that says nothing of ioctl_dev */
	int error = ioctl(descriptor, TCGETS, &settings) ? -errno : 0;
	(void)close(descriptor); /* nothing was written */
	return error;
}

static int use_port(const struct sb_proof_context *context, const char *path, int binding)
{
	struct sockaddr_in address = {.sin_family = AF_INET};
	uint16_t port = binding ? context->bind_port : context->connect_port;
	(void)path;
	if (port == 0)
		return -ENOENT;
	address.sin_port = htons(port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (descriptor < 0)
		return not_denied(-errno);
	int error = (binding ? bind : connect)(
			    descriptor, (const struct sockaddr *)&address, sizeof address)
			    ? -errno
			    : 0;
	(void)close(descriptor); /* nothing was sent */
	return error;
}

static int use_abstract(const struct sb_proof_context *context, const char *path, int flags)
{
	(void)path;
	(void)flags;
	if (context->listener < 0)
		return -ENOENT;
	int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return not_denied(-errno);
	int error = connect(descriptor, (const struct sockaddr *)&context->address,
			    context->address_length)
			    ? -errno
			    : 0;
	(void)close(descriptor); /* nothing was sent */
	return error;
}

static int ask_outsider(const struct sb_proof_context *context, const char *path, int flags)
{
	(void)path;
	(void)flags;
	if (context->outsider <= 0)
		return -ENOENT;
	/* Signal 0 only asks. */
	return kill(context->outsider, 0) ? -errno : 0;
}

static const struct {
	const char *name;
	attempt_fn attempt;
	const char *path;
	int flags;
	int denied; /* what Landlock answers */
	enum { FS, NET, SCOPE } group;
	uint64_t right;
} attempts[] = {
	{"open(\"/\", read_dir): EACCES", open_file, "/", O_RDONLY | O_DIRECTORY, EACCES, FS,
		LL_FS_READ_DIR},
	{"open(\"/proc\", read_dir): EACCES", open_file, "/proc", O_RDONLY | O_DIRECTORY, EACCES,
		FS, LL_FS_READ_DIR},
	{"open(\"/proc/self/task\", read_dir): EACCES", open_file, "/proc/self/task",
		O_RDONLY | O_DIRECTORY, EACCES, FS, LL_FS_READ_DIR},
	{"open(\"/proc/self/stat\", read_file): EACCES", open_file, "/proc/self/stat", O_RDONLY,
		EACCES, FS, LL_FS_READ_FILE},
	{"open(\"/proc/self/exe\", read_file): EACCES", open_file, "/proc/self/exe", O_RDONLY,
		EACCES, FS, LL_FS_READ_FILE},
	{"open(\"/dev/null\", read_file): EACCES", open_file, "/dev/null", O_RDONLY, EACCES, FS,
		LL_FS_READ_FILE},
	{"open(\"/dev/null\", write_file): EACCES", open_file, "/dev/null", O_WRONLY, EACCES, FS,
		LL_FS_WRITE_FILE},
	{"open(\"/dev/zero\", write_file): EACCES", open_file, "/dev/zero", O_WRONLY, EACCES, FS,
		LL_FS_WRITE_FILE},
	{"open(\"/dev/full\", write_file): EACCES", open_file, "/dev/full", O_WRONLY, EACCES, FS,
		LL_FS_WRITE_FILE},
	{"open(\"/proc/self/comm\", write_file): EACCES", open_file, "/proc/self/comm", O_WRONLY,
		EACCES, FS, LL_FS_WRITE_FILE},
	{"open(\"/proc/self/oom_score_adj\", write_file): EACCES", open_file,
		"/proc/self/oom_score_adj", O_WRONLY, EACCES, FS, LL_FS_WRITE_FILE},
	{"ioctl(\"/dev/null\", ioctl_dev): EACCES", ask_device, "/dev/null", O_RDONLY, EACCES, FS,
		LL_FS_IOCTL_DEV},
	{"ioctl(\"/dev/zero\", ioctl_dev): EACCES", ask_device, "/dev/zero", O_RDONLY, EACCES, FS,
		LL_FS_IOCTL_DEV},
	{"connect(127.0.0.1, connect_tcp): EACCES", use_port, NULL, 0, EACCES, NET,
		LL_NET_CONNECT_TCP},
	{"bind(127.0.0.1, bind_tcp): EACCES", use_port, NULL, 1, EACCES, NET, LL_NET_BIND_TCP},
	{"connect(abstract socket, abstract_unix_socket): EPERM", use_abstract, NULL, 0, EPERM,
		SCOPE, LL_SCOPE_ABSTRACT_UNIX_SOCKET},
	{"kill(parent, signal): EPERM", ask_outsider, NULL, 0, EPERM, SCOPE, LL_SCOPE_SIGNAL},
};

#define COUNT (sizeof attempts / sizeof *attempts)
_Static_assert(COUNT <= SB_PROOFS_MAX, "a set of proofs has 32 bits");

static struct sb_above above[COUNT]; /* of the attempts on files */

static void granted(int descriptor, uint64_t rights)
{
	struct stat status;
	int error = sb_fstat(descriptor, &status);
	for (unsigned int i = 0; i < COUNT; i++) {
		if (error)
			above[i].granted |= rights; /* nothing can be claimed of these rights */
		else if (attempts[i].path)
			sb_above_grant(&above[i], &status, rights);
	}
}

void sb_proof_watch(struct sb_landlock *state)
{
	for (unsigned int i = 0; i < COUNT; i++) {
		if (attempts[i].path)
			sb_above_look(&above[i], attempts[i].path);
	}
	state->granted = granted;
}

void sb_proof_prepare(struct sb_proof_context *context, const struct sb_landlock *state)
{
	const sa_family_t family = AF_UNIX;
	memset(context, 0, sizeof *context);
	context->connect_port = state->connect_port;
	context->bind_port = state->bind_port;
	context->listener = -1;
	/* 0 for a parent outside this pid namespace, which can't be asked. */
	if (state->scoped & LL_SCOPE_SIGNAL)
		context->outsider = getppid();
	if (!(state->scoped & LL_SCOPE_ABSTRACT_UNIX_SOCKET))
		return;
	context->listener = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	context->address_length = sizeof context->address;
	/* The family alone: the kernel picks a free abstract name (unix(7), autobind). */
	if (context->listener >= 0 &&
		(bind(context->listener, (const struct sockaddr *)&family, sizeof family) ||
			getsockname(context->listener, (struct sockaddr *)&context->address,
				&context->address_length)))
		sb_proof_release(context);
}

/* Whether an answer says that the kernel let the attempt come as far as Landlock, and beyond. */
static int is_allowed(int answer)
{
	return answer == 0 || answer == -ENOTTY || answer == -ECONNREFUSED ||
	       answer == -EINPROGRESS || answer == -EADDRINUSE;
}

static int is_shortage(int answer)
{
	return answer == -EMFILE || answer == -ENFILE || answer == -ENOMEM || answer == -ENOBUFS;
}

struct sb_proof_answers sb_proof_try(const struct sb_proof_context *context, sb_proof_set which)
{
	struct sb_proof_answers answers = {0};
	for (unsigned int i = 0; i < COUNT; i++) {
		sb_proof_set bit = (sb_proof_set)1 << i;
		if (!(which & bit))
			continue;
		int answer = attempts[i].attempt(context, attempts[i].path, attempts[i].flags);
		if (answer == -attempts[i].denied)
			answers.denied |= bit;
		else if (is_allowed(answer))
			answers.allowed |= bit;
		else if (is_shortage(answer))
			answers.shortage = answer;
	}
	return answers;
}

/* Whether the ruleset has a right and no rule that gives it back for this attempt. */
static int is_forbidden(const struct sb_landlock *state, unsigned int attempt, uint64_t right)
{
	if (attempts[attempt].group == NET)
		return (state->handled_net & right) != 0; /* the ports are ones without a rule */
	if (attempts[attempt].group == SCOPE)
		return (state->scoped & right) != 0;
	return (state->handled_fs & right & ~above[attempt].granted) != 0;
}

sb_proof_set sb_proof_due(const struct sb_landlock *state, sb_proof_set allowed)
{
	sb_proof_set due = 0;
	for (unsigned int i = 0; i < COUNT; i++) {
		uint64_t right = attempts[i].right;
		/* A device that can't be opened any more can't be asked. */
		if (right == LL_FS_IOCTL_DEV && attempts[i].group == FS &&
			is_forbidden(state, i, LL_FS_READ_FILE))
			continue;
		if (is_forbidden(state, i, right))
			due |= (sb_proof_set)1 << i;
	}
	return due & allowed;
}

const char *sb_proof_name(unsigned int attempt)
{
	return attempt < COUNT ? attempts[attempt].name : NULL;
}

void sb_proof_release(struct sb_proof_context *context)
{
	if (context->listener >= 0)
		(void)close(context->listener); /* nothing was sent to it */
	context->listener = -1;
}

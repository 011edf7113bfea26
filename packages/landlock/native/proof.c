#define _GNU_SOURCE
#include "proof.h"

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
		return -ENOENT; /* an open that is denied says nothing of ioctl_dev */
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
		return 0;
	address.sin_port = htons(port);
	address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (descriptor < 0)
		return -ENOTSOCK; /* not Landlock's answer, whatever it was */
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
		return 0;
	int descriptor = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (descriptor < 0)
		return -ENOTSOCK; /* as above */
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
	/* Signal 0 only asks. */
	return context->outsider > 0 && kill(context->outsider, 0) ? -errno : 0;
}

static const struct {
	const char *name;
	attempt_fn attempt;
	const char *path;
	int flags;
	int denied; /* what Landlock answers */
} attempts[] = {
	{"open(\"/\", read_dir): EACCES", open_file, "/", O_RDONLY | O_DIRECTORY, EACCES},
	{"open(\"/proc\", read_dir): EACCES", open_file, "/proc", O_RDONLY | O_DIRECTORY, EACCES},
	{"open(\"/proc/self/task\", read_dir): EACCES", open_file, "/proc/self/task",
		O_RDONLY | O_DIRECTORY, EACCES},
	{"open(\"/proc/self/stat\", read_file): EACCES", open_file, "/proc/self/stat", O_RDONLY,
		EACCES},
	{"open(\"/proc/self/exe\", read_file): EACCES", open_file, "/proc/self/exe", O_RDONLY,
		EACCES},
	{"open(\"/dev/null\", read_file): EACCES", open_file, "/dev/null", O_RDONLY, EACCES},
	{"open(\"/dev/null\", write_file): EACCES", open_file, "/dev/null", O_WRONLY, EACCES},
	{"open(\"/dev/zero\", write_file): EACCES", open_file, "/dev/zero", O_WRONLY, EACCES},
	{"open(\"/dev/full\", write_file): EACCES", open_file, "/dev/full", O_WRONLY, EACCES},
	{"open(\"/proc/self/comm\", write_file): EACCES", open_file, "/proc/self/comm", O_WRONLY,
		EACCES},
	{"open(\"/proc/self/oom_score_adj\", write_file): EACCES", open_file,
		"/proc/self/oom_score_adj", O_WRONLY, EACCES},
	{"ioctl(\"/dev/null\", ioctl_dev): EACCES", ask_device, "/dev/null", O_RDONLY, EACCES},
	{"ioctl(\"/dev/zero\", ioctl_dev): EACCES", ask_device, "/dev/zero", O_RDONLY, EACCES},
	{"connect(127.0.0.1, connect_tcp): EACCES", use_port, NULL, 0, EACCES},
	{"bind(127.0.0.1, bind_tcp): EACCES", use_port, NULL, 1, EACCES},
	{"connect(abstract socket, abstract_unix_socket): EPERM", use_abstract, NULL, 0, EPERM},
	{"kill(parent, signal): EPERM", ask_outsider, NULL, 0, EPERM},
};

#define COUNT (sizeof attempts / sizeof *attempts)
_Static_assert(COUNT <= SB_PROOFS_MAX, "a set of proofs has 32 bits");

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

sb_proof_set sb_proof_denied(const struct sb_proof_context *context, sb_proof_set which)
{
	sb_proof_set denied = 0;
	for (unsigned int i = 0; i < COUNT; i++) {
		sb_proof_set bit = (sb_proof_set)1 << i;
		if (which & bit && attempts[i].attempt(context, attempts[i].path,
					   attempts[i].flags) == -attempts[i].denied)
			denied |= bit;
	}
	return denied;
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

/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../node.h"
#include "alone.h"

/* Never returns. After an error the keeper notices the end of the channel. */
static void become(const struct channel *channel, int list, const struct call *call, pid_t keeper)
{
	int kept[] = {channel->requests, channel->answers, list};
	sigset_t none;
	/* It ends with its keeper, if its user stays the same; otherwise it notices the end of its
	 * channel. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != keeper || alone(kept, 3) ||
		sigemptyset(&none) || sigprocmask(SIG_SETMASK, &none, NULL))
		_exit(127);
	/* The descriptors that are to be inherited, at the first numbers after the streams. */
	for (size_t one = 0; one < sizeof(kept) / sizeof(kept[0]); one++)
		if (fcntl(kept[one], F_SETFD, 0))
			_exit(127);
	if (node_without_rings())
		_exit(127);
	_exit(node_become("serve.cjs", call->arguments));
}

/* Starts both ends of the list. This process keeps neither: closing the last end of a pipe takes
 * its lock. The process that downloads could hold that lock (held.h) once it has read a byte of a
 * server, which it has not yet. */
static pid_t start(struct server *server, const struct channel *theirs, const struct owner *owner,
	const struct call *call)
{
	int list[2];
	const pid_t keeper = getpid();
	if (pipe2(list, O_CLOEXEC))
		return -1;
	const pid_t pid = fork();
	if (pid == 0)
		become(theirs, list[0], call, keeper);
	if (pid > 0 && lister_start(&server->lister, list[1], owner, call->config))
		errno = 0;    /* files are downloaded as they are asked for */
	(void)close(list[0]); /* was never used here */
	(void)close(list[1]); /* the same */
	return pid;
}

int server_start(struct server *server, const struct owner *owner, const struct call *call)
{
	struct channel theirs;
	*server = (struct server){.lister = {.go = -1}};
	if (channel_make(&server->channel, &theirs))
		return -1;
	const pid_t pid = start(server, &theirs, owner, call);
	channel_close(&theirs);
	if (pid < 0) {
		channel_close(&server->channel); /* nobody is there */
		return -1;
	}
	server->pid = pid;
	return 0;
}

void server_end(struct server *server)
{
	if (server->pid > 0) {
		(void)kill(server->pid, SIGKILL); /* fails only for one that has ended */
		while (waitpid(server->pid, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	server->pid = 0;
	lister_end(&server->lister);
	channel_close(&server->channel);
}

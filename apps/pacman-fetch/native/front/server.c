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

/* Never returns. What can't be had here is had by nobody, and the keeper hears the end of the channel. */
static void become(const struct channel *channel, const struct call *call, pid_t keeper)
{
	int kept[] = {channel->requests, channel->answers};
	sigset_t none;
	/* It ends with its keeper, where it stays who it is; otherwise it sees the end of its channel. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != keeper || alone(kept, 2) ||
		sigemptyset(&none) || sigprocmask(SIG_SETMASK, &none, NULL))
		_exit(127);
	/* The two descriptors that are meant to be inherited, with the first numbers behind the streams. */
	if (fcntl(kept[0], F_SETFD, 0) || fcntl(kept[1], F_SETFD, 0) || node_without_rings())
		_exit(127);
	_exit(node_become("--liftoff-only", "serve.cjs", call->arguments));
}

int server_start(struct server *server, const struct call *call)
{
	struct channel theirs;
	const pid_t keeper = getpid();
	server->pid = 0;
	if (channel_make(&server->channel, &theirs))
		return -1;
	const pid_t pid = fork();
	if (pid == 0)
		become(&theirs, call, keeper);
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
	channel_close(&server->channel);
}

#define _GNU_SOURCE
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../node.h"
#include "alone.h"

/* Never returns. What can't be had here is had by nobody, and the keeper hears the end of the channel. */
static void become(int channel, const struct call *call, pid_t keeper)
{
	int kept[] = {channel};
	sigset_t none;
	/* It ends with its keeper, where it stays who it is; otherwise it sees the end of its channel. */
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != keeper || alone(kept, 1) ||
		sigemptyset(&none) || sigprocmask(SIG_SETMASK, &none, NULL))
		_exit(127);
	/* The one descriptor that is meant to be inherited, with the first number behind the streams. */
	if (fcntl(kept[0], F_SETFD, 0) || node_without_rings())
		_exit(127);
	_exit(node_become("--liftoff-only", "serve.js", call->arguments));
}

int server_start(struct server *server, const struct call *call)
{
	int pair[2];
	const pid_t keeper = getpid();
	server->pid = 0;
	server->channel = -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return -1;
	const pid_t pid = fork();
	if (pid == 0)
		become(pair[1], call, keeper);
	(void)close(pair[1]); /* the other process's */
	if (pid < 0) {
		(void)close(pair[0]); /* nobody is there */
		return -1;
	}
	server->pid = pid;
	server->channel = pair[0];
	return 0;
}

void server_end(struct server *server)
{
	if (server->channel >= 0)
		(void)close(server->channel); /* nothing was written that counts */
	server->channel = -1;
	if (server->pid <= 0)
		return;
	(void)kill(server->pid, SIGKILL); /* fails only for one that has ended */
	while (waitpid(server->pid, NULL, 0) < 0 && errno == EINTR)
		continue;
	server->pid = 0;
}

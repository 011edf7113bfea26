/* SPDX-License-Identifier: MIT */
#define _GNU_SOURCE
#include "lister.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../node.h"
#include "alone.h"
#include "facts.h"
#include "listing.h"
#include "rights.h"

/* The list contains what is downloaded in any case. src/front-door/listed.ts reads it. */
static const char certain[] = "certain\n";

static ssize_t read_all(int descriptor, char *text, size_t size)
{
	size_t length = 0;
	while (length < size) {
		const ssize_t count = read(descriptor, text + length, size - length);
		if (count < 0 && errno == EINTR)
			continue;
		if (count < 0)
			return -1;
		if (count == 0)
			return (ssize_t)length;
		length += (size_t)count;
	}
	return -1; /* not all of it */
}

static int open_of(const struct owner *owner, const char *what, int flags)
{
	char path[48];
	(void)snprintf(
		path, sizeof(path), "/proc/%ld/%s", (long)owner->pid, what); /* always fits */
	return open(path, flags | O_CLOEXEC);
}

/* The arguments of the pacman, after its name. -1 after an error. */
static ssize_t read_arguments(const struct owner *owner, char *text, size_t size, char **first)
{
	const int descriptor = open_of(owner, "cmdline", O_RDONLY);
	if (descriptor < 0)
		return -1;
	const ssize_t length = read_all(descriptor, text, size);
	(void)close(descriptor); /* was read only */
	if (length <= 0 || text[length - 1] != '\0')
		return -1;
	*first = text + strlen(text) + 1;
	return length - (*first - text);
}

/* A script named pacman is run by another program. */
static int is_pacman(const struct owner *owner)
{
	char link[48], path[4096];
	(void)snprintf(link, sizeof(link), "/proc/%ld/exe", (long)owner->pid); /* always fits */
	const ssize_t length = readlink(link, path, sizeof(path) - 1);
	if (length <= 0)
		return -1;
	path[length] = '\0';
	const char *name = strrchr(path, '/');
	return name && !strcmp(name, "/pacman");
}

/* The same program as the owner's. If the owner has changed its user, its program may be hidden:
 * then that of the system is used. */
static int open_program(const struct owner *owner)
{
	const int known = is_pacman(owner);
	if (known == 0)
		return -1;
	return known > 0 ? open_of(owner, "exe", O_PATH)
			 : open("/usr/bin/pacman", O_PATH | O_CLOEXEC);
}

/* Executes a pacman that answers its questions by their defaults, as the pacman that downloads
 * does. Never returns. */
static void become_pacman(int output, int program, char **words)
{
	static char *arguments[LISTING_MAX_WORDS + 1];
	static char *const environment[] = {"PATH=/usr/bin:/bin", "LC_ALL=C", NULL};
	arguments[0] = "pacman";
	for (int at = 0; at == 0 || arguments[at]; at++)
		arguments[at + 1] = words[at];
	if (write(output, certain, strlen(certain)) == (ssize_t)strlen(certain))
		(void)syscall(SYS_execveat, program, "", arguments, environment, AT_EMPTY_PATH);
	_exit(1);
}

/* Executes the program that finds out, by more queries of pacman, whether pacman may have had a
 * question. Never returns. */
static void become_lister(char **words)
{
	static char path[PATH_MAX];
	static char *environment[] = {path, "LC_ALL=C", NULL};
	const char *known = getenv("PATH");
	if (snprintf(path, sizeof(path), "PATH=%s", known ? known : "/usr/bin:/bin") >=
		(int)sizeof(path))
		_exit(1);
	environ = environment;
	_exit(node_become("list.cjs", words + LISTING_OWN_WORDS));
}

/* Never returns. After any error the list is empty, and files are downloaded as they are asked for. */
static void list(int output, const struct owner *owner, const char *config)
{
	static char text[LISTING_MAX_TEXT];
	static struct listing listing;
	struct facts facts;
	char *first = NULL;
	const int program = open_program(owner);
	const ssize_t length = read_arguments(owner, text, sizeof(text), &first);
	/* The arguments are those of this pacman if it still exists. */
	if (program < 0 || length <= 0 || facts_read(owner->pid, &facts) ||
		facts.start != owner->start ||
		listing_make(&listing, first, (size_t)length, config))
		_exit(1);
	/* Warnings are discarded. */
	if (dup2(output, STDOUT_FILENO) < 0 || rights_give_up())
		_exit(1);
	if (listing.is_certain)
		become_pacman(output, program, listing.words);
	become_lister(listing.words);
}

/* Never returns. */
static void become(int output, int go, const struct owner *owner, const char *config, pid_t keeper)
{
	int kept[] = {output, go};
	char word = 0;
	sigset_t none;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL) || getppid() != keeper || alone(kept, 2) ||
		sigemptyset(&none) || sigprocmask(SIG_SETMASK, &none, NULL) ||
		signal(SIGPIPE, SIG_DFL) == SIG_ERR)
		_exit(1);
	/* End of file: nothing is to be listed. */
	if (read(kept[1], &word, 1) != 1)
		_exit(0);
	list(kept[0], owner, config);
}

int lister_start(struct lister *lister, int list, const struct owner *owner, const char *config)
{
	const pid_t keeper = getpid();
	int go[2];
	*lister = (struct lister){.pid = 0, .go = -1};
	if (pipe2(go, O_CLOEXEC))
		return -1;
	const pid_t pid = fork();
	if (pid == 0)
		become(list, go[0], owner, config, keeper);
	(void)close(go[0]); /* was never used here */
	if (pid < 0) {
		(void)close(go[1]); /* the same */
		return -1;
	}
	*lister = (struct lister){.pid = pid, .go = go[1]};
	return 0;
}

void lister_begin(struct lister *lister)
{
	const char word = 'g';
	if (lister->go < 0)
		return;
	/* It has one byte, or the lister has ended and lists nothing. */
	if (write(lister->go, &word, 1) != 1)
		errno = 0;
	(void)close(lister->go); /* as above */
	lister->go = -1;
}

void lister_end(struct lister *lister)
{
	if (lister->go >= 0)
		(void)close(lister->go); /* nothing was said */
	if (lister->pid > 0) {
		/* It leads a session, which contains its children. Both calls fail only if it has ended. */
		(void)kill(-lister->pid, SIGKILL);
		(void)kill(lister->pid, SIGKILL);
		while (waitpid(lister->pid, NULL, 0) < 0 && errno == EINTR)
			continue;
	}
	*lister = (struct lister){.pid = 0, .go = -1};
}

/* SPDX-License-Identifier: MIT */
/* Starts the program, dist/cli.cjs next to this file, in the node of PATH: without variables that
 * Node would obey, and without io_uring for the download of one file.
 *
 * libuv opens an io_uring for its event loop in Node 22 and later, and a process that uses one
 * cannot be restricted (docs/decisions/0007). If io_uring_setup(2) fails with ENOSYS, libuv works
 * without it. The filter is only for that, and is not a restriction. If it cannot be loaded, that
 * is not an error, since a worker downloads then.
 *
 * A file that pacman wants goes to the front door first (docs/decisions/0016), which does not start
 * Node for each file. */
#include <errno.h>
#include <stddef.h>
#include <string.h>

#include "front/front.h"
#include "node.h"

/* Operations of pacman(8), as in src/commands/words.ts: -V and --version belong to pacman-fetch. */
static int is_operation(const char *word)
{
	static const char *const names[] = {
		"--sync", "--upgrade", "--database", "--query", "--remove", "--deptest", "--files"};
	if (word[0] != '-')
		return 0;
	if (word[1] != '-' && word[1] != 'o')
		return strpbrk(word + 1, "SUDQRTF") != NULL;
	for (size_t one = 0; one < sizeof(names) / sizeof(names[0]); one++)
		if (!strcmp(word, names[one]))
			return 1;
	return 0;
}

/* A command, for instance "pacman", runs programs that must not inherit this, and so does an
 * operation of pacman, which may come after options. A download begins with an option. If a word of
 * it looks like an operation, it is downloaded by a worker. */
static int is_download(int argc, char **argv)
{
	for (int at = 1; at < argc; at++)
		if (is_operation(argv[at]))
			return 0;
	return argc > 1 && argv[1][0] == '-';
}

/* A download that starts a worker if the front door does not take it. */
static int is_xfer(int argc, char **argv)
{
	return argc > 1 && !strcmp(argv[1], "xfer");
}

int main(int argc, char **argv)
{
	if (argc < 1)
		return 127; /* before Linux 5.18 there may be none, and argv[0] is the end */
	const int status =
		is_download(argc, argv) || is_xfer(argc, argv) ? front_door(argc, argv) : -1;
	if (status >= 0)
		return status;
	if (status == FRONT_SILENT && !node_runs())
		return 127; /* as of a shell for a command that cannot be started */
	if (is_download(argc, argv)) {
		node_forget_descriptors(3);
		if (node_without_rings())
			errno = 0; /* a worker downloads, as where this program isn't used */
	}
	return node_become("cli.cjs", argv + 1);
}

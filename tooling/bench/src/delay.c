/* SPDX-License-Identifier: MIT */
/*
 * A network with a delay, for kernels without netem: two TUN devices, one in this network namespace and one in that of
 * another process, and every packet of the one comes out of the other so many microseconds later. Usage:
 *   delay PID MICROSECONDS
 * Makes the device "near" here and "far" there, prints "ready", and ends when its standard input does.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

/* Of either direction; more than a second of a gigabit. What doesn't fit is lost, as in any router. */
#define PACKETS 65536
#define PACKET_MAX 1600

struct packet {
	uint64_t due;
	uint16_t length;
	char bytes[PACKET_MAX];
};

struct direction {
	int from;
	int to;
	uint32_t first;
	uint32_t count;
	struct packet *ring;
};

static void die(const char *what)
{
	perror(what);
	exit(1);
}

static uint64_t now(void)
{
	struct timespec time;
	if (clock_gettime(CLOCK_MONOTONIC, &time))
		die("clock_gettime");
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

static int make_device(const char *name)
{
	struct ifreq request = {.ifr_flags = IFF_TUN | IFF_NO_PI};
	int device = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (device < 0)
		die("/dev/net/tun");
	strncpy(request.ifr_name, name, IFNAMSIZ - 1);
	if (ioctl(device, TUNSETIFF, &request))
		die("TUNSETIFF");
	return device;
}

/* Takes in what has come. */
static void take(struct direction *way, uint64_t delay)
{
	for (int i = 0; i < 64; i++) {
		struct packet lost;
		int is_full = way->count == PACKETS;
		struct packet *packet =
			is_full ? &lost : &way->ring[(way->first + way->count) % PACKETS];
		ssize_t length = read(way->from, packet->bytes, PACKET_MAX);
		if (length <= 0)
			return;
		packet->due = now() + delay;
		packet->length = (uint16_t)length;
		if (!is_full)
			way->count++;
	}
}

/* Passes on what is due, and returns when the next one is. */
static uint64_t pass_on(struct direction *way, uint64_t time)
{
	while (way->count > 0 && way->ring[way->first].due <= time) {
		struct packet *packet = &way->ring[way->first];
		if (write(way->to, packet->bytes, packet->length) < 0 && errno == EAGAIN)
			break;
		way->first = (way->first + 1) % PACKETS;
		way->count--;
	}
	return way->count > 0 ? way->ring[way->first].due : UINT64_MAX;
}

int main(int argc, char **argv)
{
	if (argc != 3)
		return 2;
	char path[64];
	snprintf(path, sizeof path, "/proc/%s/ns/net", argv[1]);
	uint64_t delay = strtoull(argv[2], NULL, 10) * 1000;
	int near = make_device("near");
	int other = open(path, O_RDONLY | O_CLOEXEC);
	if (other < 0 || setns(other, CLONE_NEWNET))
		die("setns");
	int far = make_device("far");
	struct direction ways[2] = {
		{.from = near, .to = far, .ring = calloc(PACKETS, sizeof(struct packet))},
		{.from = far, .to = near, .ring = calloc(PACKETS, sizeof(struct packet))},
	};
	if (!ways[0].ring || !ways[1].ring)
		die("calloc");
	puts("ready");
	fflush(stdout);
	for (;;) {
		uint64_t time = now();
		uint64_t next = UINT64_MAX;
		for (int i = 0; i < 2; i++) {
			uint64_t due = pass_on(&ways[i], time);
			next = due < next ? due : next;
		}
		uint64_t wait = next == UINT64_MAX ? 1000000000 : next <= time ? 0 : next - time;
		struct timespec patience = {.tv_sec = (time_t)(wait / 1000000000),
			.tv_nsec = (long)(wait % 1000000000)};
		struct pollfd polled[3] = {{near, POLLIN, 0}, {far, POLLIN, 0}, {0, POLLIN, 0}};
		if (ppoll(polled, 3, &patience, NULL) < 0)
			die("ppoll");
		if (polled[2].revents)
			return 0;
		for (int i = 0; i < 2; i++)
			if (polled[i].revents & POLLIN)
				take(&ways[i], delay);
	}
}

/* SPDX-License-Identifier: MIT */
#include "tell.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <linux/poll.h>
#include <linux/time_types.h>

#define DENIALS 1024u      /* different ones that are reported; a power of two */
#define BUDGET (4u << 20)  /* bytes of their lines in total */
#define PATIENCE_SECONDS 5 /* for a reader that is slow at the end */

struct counted {
	uint64_t key;         /* 0: the slot is free */
	uint32_t count, told; /* how often it happened, and how often the reader knows of */
};

static struct counted denials[DENIALS];
static uint32_t different, lost;
static size_t spent;
static char waiting[65536];
static size_t waiting_length;

static uint64_t mixed(uint64_t key, const void *bytes, size_t length)
{
	const uint8_t *at = bytes;
	for (size_t i = 0; i < length; i++)
		key = (key ^ at[i]) * 0x100000001b3ull; /* FNV-1a */
	return key;
}

static uint64_t key_of(const char *call, const struct sb_denial *denial)
{
	uint64_t key = 0xcbf29ce484222325ull;
	key = mixed(key, call, strlen(call) + 1);
	key = mixed(key, &denial->right, sizeof denial->right);
	key = mixed(key, denial->path, strlen(denial->path) + 1);
	key = mixed(key, denial->other, strlen(denial->other) + 1);
	return key ? key : 1;
}

/* The slot of a denial; NULL if it is a new one and there are too many. */
static struct counted *slot_of(uint64_t key)
{
	uint32_t at = (uint32_t)key & (DENIALS - 1);
	for (uint32_t i = 0; i < DENIALS; i++, at = (at + 1) & (DENIALS - 1)) {
		if (denials[at].key == key)
			return &denials[at];
		if (denials[at].key)
			continue;
		/* Half of them stay free, so that a search is short. */
		if (different == DENIALS / 2)
			return NULL;
		different++;
		denials[at].key = key;
		return &denials[at];
	}
	return NULL;
}

static void add(const char *text)
{
	size_t length = strlen(text);
	memcpy(waiting + waiting_length, text, length);
	waiting_length += length;
}

static void add_number(unsigned int number)
{
	waiting[waiting_length++] = '\t';
	waiting_length += sb_format_number(waiting + waiting_length, number);
}

static void add_hex(const char *text)
{
	waiting[waiting_length++] = '\t';
	for (; *text; text++) {
		waiting[waiting_length++] = "0123456789abcdef"[(*text >> 4) & 15];
		waiting[waiting_length++] = "0123456789abcdef"[*text & 15];
	}
}

/* The longest line but for its names. */
#define LINE_REST 160u

static int has_room(size_t length)
{
	return sizeof waiting - waiting_length >= length;
}

static int tell_new(const struct sb_told *told, const struct sb_denial *denial)
{
	const size_t length = LINE_REST + 2 * (strlen(denial->path) + strlen(denial->other));
	if (!has_room(length) || spent + length > BUDGET)
		return 0;
	spent += length;
	add("D");
	add_number((unsigned int)told->number);
	add_number(told->thread);
	add_number((unsigned int)denial->error);
	add_number((unsigned int)__builtin_ctzll(denial->right));
	add("\t");
	add(told->call);
	add_hex(told->program);
	add_hex(denial->path);
	add_hex(denial->other);
	add("\n");
	return 1;
}

static void tell_count(struct counted *counted)
{
	if (!has_room(LINE_REST))
		return;
	add("C");
	add_number((unsigned int)(counted - denials));
	add_number(counted->count);
	add("\n");
	counted->told = counted->count;
}

void sb_tell_begin(struct sb_told *told, const struct sb_denial *denial)
{
	struct counted *counted = slot_of(key_of(told->call, denial));
	told->number = counted ? (int)(counted - denials) : -1;
	if (counted && counted->told == 0)
		sb_caller_program(told->thread, told->program);
}

void sb_tell(const struct sb_told *told, const struct sb_denial *denial)
{
	if (told->number < 0) {
		lost += lost != ~0u;
		return;
	}
	struct counted *counted = &denials[told->number];
	counted->count += counted->count != ~0u;
	if (counted->told == 0) {
		if (tell_new(told, denial))
			counted->told = 1;
		return;
	}
	/* At each power of two: a reader that never hears of the end has half of the count at least. */
	if ((counted->count & (counted->count - 1)) == 0)
		tell_count(counted);
}

int sb_tell_waits(void)
{
	return waiting_length > 0;
}

long sb_tell_write(int pipe)
{
	long written = sb_syscall3(__NR_write, pipe, (long)waiting, (long)waiting_length);
	if (written == -EAGAIN || written == -EINTR)
		return 0;
	if (written < 0)
		return written;
	waiting_length -= (size_t)written;
	for (size_t i = 0; i < waiting_length; i++)
		waiting[i] = waiting[(size_t)written + i];
	return 0;
}

/* Whether everything was written, in the time that is left. */
static int drain(int pipe, struct __kernel_timespec *left)
{
	while (waiting_length > 0) {
		struct pollfd end = {.fd = pipe, .events = POLLOUT};
		/* The kernel leaves what remains of the time (ppoll(2)). */
		if (sb_syscall6(__NR_ppoll, (long)&end, 1, (long)left, 0, 0, 0) <= 0 ||
			sb_tell_write(pipe))
			return 0;
	}
	return 1;
}

void sb_tell_end(int pipe)
{
	struct __kernel_timespec left = {PATIENCE_SECONDS, 0};
	for (struct counted *at = denials; at < denials + DENIALS; at++) {
		if (at->told == 0)
			lost += at->count;
		if (at->told == 0 || at->told == at->count)
			continue;
		if (!has_room(LINE_REST) && !drain(pipe, &left))
			return;
		tell_count(at);
	}
	if (!drain(pipe, &left))
		return;
	if (lost) {
		add("L");
		add_number(lost);
		add("\n");
	}
	add("E\n");
	(void)drain(pipe, &left); /* nobody is left to report to */
}

/* SPDX-License-Identifier: MIT */
#include "process_facts.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/fcntl.h>
#include <linux/fcntl.h>

#define STATUS_MAX 4096 /* a process with very many groups has a longer one, and is not judged */

/* Reads a file of proc(5), with a NUL at its end. Its length, or 0. */
static long read_text(const char *path, char *text, size_t size)
{
	long file = sb_syscall6(__NR_openat, AT_FDCWD, (long)path, O_RDONLY | O_CLOEXEC, 0, 0, 0);
	long length = 0;
	if (file < 0)
		return 0;
	while ((size_t)length < size - 1) {
		long count = sb_syscall3(
			__NR_read, file, (long)(text + length), (long)(size - 1) - length);
		if (count <= 0)
			break;
		length += count;
	}
	(void)sb_syscall3(__NR_close, file, 0, 0);
	text[length] = 0;
	return length;
}

/* "/proc/NUMBER/name"; the name has at most 18 bytes. */
static long read_of(uint32_t number, const char *name, char *text, size_t size)
{
	char path[40] = "/proc/";
	size_t at = 6 + sb_format_number(path + 6, number);
	path[at++] = '/';
	memcpy(path + at, name, strlen(name) + 1);
	return read_text(path, text, size);
}

static const char *after(const char *text, const char *name)
{
	while (*name && *text == *name)
		text++, name++;
	return *name ? 0 : text;
}

/* What follows a name at the beginning of a line; NULL without one. */
static const char *line_of(const char *text, const char *name)
{
	for (const char *at = text; *at; at++) {
		const char *rest = at == text || at[-1] == '\n' ? after(at, name) : 0;
		if (rest)
			return rest;
	}
	return 0;
}

static const char *past_blanks(const char *at)
{
	while (*at == ' ' || *at == '\t')
		at++;
	return at;
}

static uint64_t take_number(const char **text)
{
	uint64_t number = 0;
	const char *at = past_blanks(*text);
	for (; *at >= '0' && *at <= '9'; at++)
		number = number * 10 + (uint64_t)(*at - '0');
	*text = at;
	return number;
}

static uint64_t take_hex(const char *at)
{
	uint64_t number = 0;
	for (at = past_blanks(at);; at++) {
		if (*at >= '0' && *at <= '9')
			number = number << 4 | (uint64_t)(*at - '0');
		else if (*at >= 'a' && *at <= 'f')
			number = number << 4 | (uint64_t)(*at - 'a' + 10);
		else
			return number;
	}
}

static struct sb_ids take_ids(const char *at)
{
	struct sb_ids ids;
	ids.real = (uint32_t)take_number(&at);
	ids.effective = (uint32_t)take_number(&at);
	ids.saved = (uint32_t)take_number(&at);
	ids.files = (uint32_t)take_number(&at);
	return ids;
}

int sb_process_facts(uint32_t thread, struct sb_process_facts *facts)
{
	static char text[STATUS_MAX];
	*facts = (struct sb_process_facts){0};
	if (!read_of(thread, "status", text, sizeof text))
		return 0;
	const char *process = line_of(text, "Tgid:"), *users = line_of(text, "Uid:");
	const char *groups = line_of(text, "Gid:"), *numbers = line_of(text, "NSpid:");
	const char *capabilities = line_of(text, "CapEff:"), *permitted = line_of(text, "CapPrm:");
	const char *filters = line_of(text, "Seccomp_filters:");
	if (!process || !users || !groups || !numbers || !capabilities || !permitted)
		return 0;
	facts->process = (uint32_t)take_number(&process);
	facts->users = take_ids(users);
	facts->groups = take_ids(groups);
	facts->capabilities = take_hex(capabilities);
	facts->permitted = take_hex(permitted);
	facts->filters = filters ? (uint32_t)take_number(&filters) : ~0u;
	facts->has_memory = line_of(text, "VmSize:") != 0;
	(void)take_number(&numbers);
	facts->is_in_own_namespace = *past_blanks(numbers) != '\n';
	return facts->process != 0;
}

/* Fields of proc_pid_stat(5). */
#define PGRP 5
#define STARTTIME 22

static uint64_t stat_field(uint32_t process, unsigned int wanted)
{
	static char text[1024];
	const char *at = text, *end = 0;
	if (!read_of(process, "stat", text, sizeof text))
		return 0;
	/* The name may contain anything; the fields are after its last parenthesis. */
	for (; *at; at++) {
		if (*at == ')')
			end = at + 1;
	}
	if (!end)
		return 0;
	for (unsigned int field = 2; *end; end++) {
		field += *end == ' ';
		if (field == wanted)
			return take_number(&end);
	}
	return 0;
}

uint64_t sb_process_born(uint32_t process)
{
	return stat_field(process, STARTTIME);
}

uint32_t sb_process_group(uint32_t process)
{
	return (uint32_t)stat_field(process, PGRP);
}

uint32_t sb_process_of(uint32_t thread)
{
	char text[256];
	const char *number =
		read_of(thread, "status", text, sizeof text) ? line_of(text, "Tgid:") : 0;
	return number ? (uint32_t)take_number(&number) : 0;
}

static uint32_t process_of_descriptor(uint32_t thread, unsigned int descriptor)
{
	char name[20] = "fdinfo/", text[512];
	name[7 + sb_format_number(name + 7, descriptor)] = 0;
	const char *number = read_of(thread, name, text, sizeof text) ? line_of(text, "Pid:") : 0;
	/* -1: it has ended. */
	return number ? (uint32_t)take_number(&number) : 0;
}

uint32_t sb_process_named(uint32_t thread, uint64_t number, int descriptor)
{
	if (number)
		return (int32_t)number > 0 ? (uint32_t)number : 0;
	return descriptor < 0 ? 0 : process_of_descriptor(thread, (unsigned int)descriptor);
}

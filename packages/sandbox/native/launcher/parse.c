/* SPDX-License-Identifier: MIT */
#include "launcher.h"
#include "strings.h"

#include <asm/errno.h>

#define VERSION 1

/* Reads a record from front to back; `ok` becomes false at the first missing byte. */
struct reader {
	const uint8_t *at, *end;
	int ok;
};

static const uint8_t *take(struct reader *reader, size_t length)
{
	if (!reader->ok || (size_t)(reader->end - reader->at) < length) {
		reader->ok = 0;
		return NULL;
	}
	const uint8_t *bytes = reader->at;
	reader->at += length;
	return bytes;
}

static uint32_t take_u32(struct reader *reader)
{
	const uint8_t *bytes = take(reader, 4);
	return bytes ? sb_u32(bytes) : 0;
}

static uint64_t take_u64(struct reader *reader)
{
	uint64_t low = take_u32(reader);
	return low | (uint64_t)take_u32(reader) << 32;
}

/* A string: u32 length without its NUL, the bytes, the NUL. It contains no other NUL. */
static const char *take_string(struct reader *reader)
{
	uint32_t length = take_u32(reader);
	if (length >= SB_RECORD_MAX)
		reader->ok = 0;
	const uint8_t *bytes = take(reader, (size_t)length + 1);
	if (!bytes || bytes[length] != 0 || strlen((const char *)bytes) != length) {
		reader->ok = 0;
		return "";
	}
	return (const char *)bytes;
}

static void take_strings(struct reader *reader, const char **strings)
{
	uint32_t count = take_u32(reader);
	if (count > SB_STRINGS_MAX)
		reader->ok = 0;
	for (uint32_t i = 0; reader->ok && i < count; i++)
		strings[i] = take_string(reader);
	strings[reader->ok ? count : 0] = NULL;
}

static int ascends(const uint8_t *numbers, uint32_t count)
{
	for (uint32_t i = 1; i < count; i++) {
		if (sb_u32(numbers + 4 * i) <= sb_u32(numbers + 4 * (i - 1)))
			return 0;
	}
	return 1;
}

static int is_kept(const struct sb_process *process, int descriptor)
{
	return descriptor >= 0 && sb_is_kept(process, (uint32_t)descriptor);
}

/* The target: an absolute path, or a descriptor that is kept open until it is executed. */
static int parse_target(struct sb_process *process)
{
	process->descriptor = -1;
	if (!(process->flags & SB_PROCESS_TARGET_DESCRIPTOR))
		return process->path[0] == '/' ? 0 : -EINVAL;
	process->descriptor = sb_parse_number(process->path);
	process->path = "";
	return is_kept(process, process->descriptor) ? 0 : -EINVAL;
}

/* Two descriptors that are kept until the process is in its cgroup; none is the target. */
static int parse_cgroup(struct sb_process *process, struct reader *reader)
{
	process->cgroup_procs = process->cgroup_kill = -1;
	if (!(process->flags & SB_PROCESS_CGROUP))
		return process->flags & (SB_PROCESS_GUARD_CGROUP | SB_PROCESS_CGROUP_CLOSED)
			       ? -EINVAL
			       : 0;
	uint32_t procs = take_u32(reader), kill = take_u32(reader);
	if (procs > INT32_MAX || (kill > INT32_MAX && kill != SB_NO_KILL) || procs == kill)
		return -EINVAL;
	process->cgroup_procs = (int)procs;
	if (kill != SB_NO_KILL)
		process->cgroup_kill = (int)kill;
	if (!is_kept(process, process->cgroup_procs) ||
		(process->cgroup_kill >= 0 && !is_kept(process, process->cgroup_kill)))
		return -EINVAL;
	return process->flags & SB_PROCESS_GUARD_CGROUP && process->cgroup_kill < 0 ? -EINVAL : 0;
}

/* Where a supervisor reports, and the number after it, which it needs as well. */
static int parse_channel(struct sb_process *process, struct reader *reader)
{
	process->channel = -1;
	if (!(process->flags & SB_PROCESS_SUPERVISE))
		return 0;
	uint32_t channel = take_u32(reader);
	if (!reader->ok || channel > INT32_MAX - 1)
		return -EINVAL;
	process->channel = (int)channel;
	return sb_is_kept(process, channel) && sb_is_kept(process, channel + 1) ? 0 : -EINVAL;
}

int sb_process_parse(const uint8_t *record, size_t length, struct sb_process *process)
{
	static const char *argv[SB_STRINGS_MAX + 1], *envp[SB_STRINGS_MAX + 1];
	if (!sb_record_is(record, length, SB_LAYER_PROCESS, VERSION))
		return -EINVAL;
	struct reader reader = {record + SB_RECORD_HEADER, record + length, 1};
	process->flags = sb_u16(record + 2);
	process->parent = take_u32(&reader);
	process->umask = take_u32(&reader);
	process->limit_count = take_u32(&reader);
	if (process->limit_count > 64)
		return -EINVAL;
	process->limits = take(&reader, (size_t)process->limit_count * 24);
	process->keep_count = take_u32(&reader);
	if (process->keep_count > 4096)
		return -EINVAL;
	process->keep = take(&reader, (size_t)process->keep_count * 4);
	process->cwd = take_string(&reader);
	process->path = take_string(&reader);
	process->argv = argv;
	process->envp = envp;
	take_strings(&reader, argv);
	take_strings(&reader, envp);
	process->exec_key = process->flags & SB_PROCESS_EXEC_KEY ? take_u64(&reader) : 0;
	process->original = NULL;
	if (process->flags & SB_PROCESS_ORIGINAL) {
		process->original_device = take_u64(&reader);
		process->original_inode = take_u64(&reader);
		process->original = take_string(&reader);
	}
	int error = parse_cgroup(process, &reader);
	if (!error)
		error = parse_channel(process, &reader);
	if (error || !reader.ok || reader.at != reader.end || !argv[0])
		return -EINVAL;
	if (process->flags &
		~(SB_PROCESS_NEW_SESSION | SB_PROCESS_DIE_WITH_PARENT |
			SB_PROCESS_TARGET_DESCRIPTOR | SB_PROCESS_WRITE_DENIED |
			SB_PROCESS_EXEC_KEY | SB_PROCESS_ORIGINAL | SB_PROCESS_NEW_KEYRING |
			SB_PROCESS_GUARD | SB_PROCESS_GUARD_REQUIRED | SB_PROCESS_GUARD_BESIDE |
			SB_PROCESS_CGROUP | SB_PROCESS_GUARD_CGROUP | SB_PROCESS_SUPERVISE |
			SB_PROCESS_CGROUP_CLOSED))
		return -EINVAL;
	if (!ascends(process->keep, process->keep_count))
		return -EINVAL;
	error = parse_target(process);
	if (!error && process->descriptor >= 0 &&
		(process->descriptor == process->cgroup_procs ||
			process->descriptor == process->cgroup_kill))
		error = -EINVAL;
	return error;
}

/* SPDX-License-Identifier: MIT */
#include "launcher.h"
#include "keyring.h"
#include "strings.h"
#include "verify.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>
#include <linux/fcntl.h>
#include <linux/prctl.h>
#include <linux/signal.h>

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

/* The target: an absolute path, or a descriptor that is kept open until it is executed. */
static int parse_target(struct sb_process *process)
{
	process->descriptor = -1;
	if (!(process->flags & SB_PROCESS_TARGET_DESCRIPTOR))
		return process->path[0] == '/' ? 0 : -EINVAL;
	process->descriptor = sb_parse_number(process->path);
	process->path = "";
	return process->descriptor >= 0 && sb_is_kept(process, (uint32_t)process->descriptor)
		       ? 0
		       : -EINVAL;
}

/* Where a supervisor reports, and the number after it, which it needs as well. */
static int parse_channel(struct reader *reader, struct sb_process *process)
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
	int error = parse_channel(&reader, process);
	if (error || !reader.ok || reader.at != reader.end || !argv[0])
		return -EINVAL;
	if (process->flags &
		~(SB_PROCESS_NEW_SESSION | SB_PROCESS_DIE_WITH_PARENT |
			SB_PROCESS_TARGET_DESCRIPTOR | SB_PROCESS_WRITE_DENIED |
			SB_PROCESS_EXEC_KEY | SB_PROCESS_ORIGINAL | SB_PROCESS_NEW_KEYRING |
			SB_PROCESS_GUARD | SB_PROCESS_GUARD_REQUIRED | SB_PROCESS_GUARD_BESIDE |
			SB_PROCESS_SUPERVISE))
		return -EINVAL;
	if (!ascends(process->keep, process->keep_count))
		return -EINVAL;
	return parse_target(process);
}

int sb_process_bind(const struct sb_process *process, struct sb_failure *failure)
{
	if (!(process->flags & SB_PROCESS_DIE_WITH_PARENT))
		return 0;
	long error = sb_syscall3(__NR_prctl, PR_SET_PDEATHSIG, SIGKILL, 0);
	if (error)
		return sb_fail(failure, "die_with_parent", "prctl", (int)-error);
	error = sb_verify_death_signal(SIGKILL);
	if (error)
		return sb_fail(failure, "verify", "prctl", (int)-error);
	/* It may have died before the signal was requested. */
	if (process->parent != 0 && sb_syscall3(__NR_getppid, 0, 0, 0) != (long)process->parent)
		return sb_fail(failure, "die_with_parent", "getppid", ESRCH);
	return 0;
}

static int set_limits(const struct sb_process *process, struct sb_failure *failure)
{
	for (uint32_t i = 0; i < process->limit_count; i++) {
		const uint8_t *entry = process->limits + 24 * i;
		uint64_t limit[2];
		memcpy(limit, entry + 8, sizeof limit);
		long error =
			sb_syscall6(__NR_prlimit64, 0, (long)sb_u32(entry), (long)limit, 0, 0, 0);
		if (error)
			return sb_fail(failure, "rlimits", "prlimit64", (int)-error);
		error = sb_verify_limit(sb_u32(entry), limit);
		if (error)
			return sb_fail(failure, "verify", "prlimit64", (int)-error);
	}
	return 0;
}

/* Makes a new session; EPERM: it leads a process group already, as a child of detached: true does. */
static int lead_session(struct sb_failure *failure)
{
	long session = sb_syscall3(__NR_setsid, 0, 0, 0);
	if (sb_syscall3(__NR_getsid, 0, 0, 0) == sb_syscall3(__NR_getpid, 0, 0, 0))
		return 0;
	return session < 0 ? sb_fail(failure, "new_session", "setsid", (int)-session)
			   : sb_fail(failure, "verify", "setsid", EPERM);
}

static int close_others(const struct sb_process *process, int status, struct sb_failure *failure)
{
	int error = sb_close_others(process, status);
	if (error == -ESTALE)
		return sb_fail(failure, "verify", "close_range", EPERM);
	return error ? sb_fail(failure, "descriptors", "close_range", -error) : 0;
}

int sb_process_apply(const struct sb_process *process, int status, struct sb_failure *failure)
{
	int error = sb_process_bind(process, failure);
	if (!error && process->flags & SB_PROCESS_NEW_SESSION)
		error = lead_session(failure);
	if (!error && process->flags & SB_PROCESS_NEW_KEYRING)
		error = sb_keyring_join(status, failure);
	if (!error)
		error = set_limits(process, failure);
	if (!error && process->umask != SB_UMASK_KEEP && sb_set_umask(process->umask))
		error = sb_fail(failure, "verify", "umask", EPERM);
	if (!error)
		error = close_others(process, status, failure);
	if (error || process->descriptor < 0)
		return error;
	error = (int)sb_syscall3(__NR_fcntl, process->descriptor, F_SETFD, FD_CLOEXEC);
	return error ? sb_fail(failure, "descriptors", "fcntl", -error) : 0;
}

static int enter_folder(const struct sb_process *process, struct sb_failure *failure)
{
	if (!process->cwd[0])
		return 0;
	int error = (int)sb_syscall3(__NR_chdir, (long)process->cwd, 0, 0);
	if (error)
		return sb_fail(failure, "cwd", "chdir", -error);
	error = sb_verify_folder(process->cwd);
	return error ? sb_fail(failure, "verify", "chdir", -error) : 0;
}

int sb_process_enter(const struct sb_process *process, struct sb_failure *failure)
{
	int error = enter_folder(process, failure);
	if (error || !process->original)
		return error;
	error = sb_verify_executable(
		process->original, process->original_device, process->original_inode);
	return error ? sb_fail(failure, "exec", "faccessat", -error) : 0;
}

int sb_process_execute(const struct sb_process *process, struct sb_failure *failure)
{
	int by_path = process->descriptor < 0;
	long error = sb_syscall6(__NR_execveat, by_path ? AT_FDCWD : process->descriptor,
		(long)process->path, (long)process->argv, (long)process->envp,
		by_path ? 0 : AT_EMPTY_PATH, (long)process->exec_key);
	return sb_fail(failure, "exec", "execveat", (int)-error);
}

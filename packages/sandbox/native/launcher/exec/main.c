/* SPDX-License-Identifier: MIT */
/* sb-exec: applies a compiled sandbox to itself and executes the command. It is the launcher, with
 * another source of its records: a trusted file, for any command. Static, without a libc, a heap
 * and an environment. */
#include "compiled.h"
#include "identity.h"
#include "search.h"
#include "trust.h"
#include "words.h"
#include "../report.h"
#include "../steps.h"
#include "../strings.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <asm/fcntl.h>

#include "../../../../caps/native/kernel.h"
#include "../../../../landlock/native/landlock_sys.h"
#include "../../../../seccomp/native/seccomp.h"

#define NOT_EXECUTABLE 126
#define NOT_FOUND 127
#define ASK_ABI 1 /* LANDLOCK_CREATE_RULESET_VERSION */

int sb_main(int argc, char **argv);

/* The command line: the words after the file begin with `rest`. */
struct line {
	const char *file;
	const char **rest;
	int status;
};

static int is_word(const char *text, const char *word)
{
	return strlen(text) == strlen(word) && memcmp(text, word, strlen(word)) == 0;
}

/* Returns 0, or -1 for a wrong command line; `why` then says what is wrong, unless nothing was asked for. */
static int read_line(int argc, char **argv, struct line *line, const char **why)
{
	int at = 1;
	*why = NULL;
	line->status = SB_NOBODY;
	if (argc > 2 && is_word(argv[1], "--report-fd")) {
		line->status = sb_parse_number(argv[2]);
		if (line->status <= 2 ||
			sb_syscall3(__NR_fcntl, line->status, F_SETFD, FD_CLOEXEC)) {
			*why = "--report-fd needs the number of an open descriptor, from 3 on";
			return -1;
		}
		at = 3;
	}
	if (at >= argc) {
		*why = argc > 1 ? "FILE is missing" : NULL;
		return -1;
	}
	if (argv[at][0] == '-') {
		*why = "FILE is missing, or the option before it is wrong";
		return -1;
	}
	line->file = argv[at];
	line->rest = (const char **)argv + at + 1;
	return 0;
}

/* The facts that decide which document is for this process; anything but an ABI counts as no
 * Landlock. */
static struct sb_machine ask(void)
{
	struct caps_sets sets;
	long abi = ll_call(444, 0, 0, ASK_ABI, 0, 0);
	int is_known = caps_get(&sets) == 0;
	return (struct sb_machine){.abi = abi > 0 ? (unsigned int)abi : 0,
		.privileged = is_known && sets.effective & CAP_SETPCAP_BIT ? 1 : 0};
}

/* Every start from this file has the same filter, also within each other: only a new key shows that
 * it is in force. */
static int renew_proof(struct sb_launch *launch, uint8_t *bytes)
{
	uint32_t key[2];
	const uint8_t *record = launch->records.bytes[SB_LAYER_SECCOMP];
	if (!record)
		return 0;
	long length = sb_syscall3(__NR_getrandom, (long)key, sizeof key, 0);
	if (length != (long)sizeof key)
		return sb_fail(
			&launch->failure, "prove", "getrandom", length < 0 ? (int)-length : EPERM);
	/* An invalid record is refused by its own step. */
	(void)sb_seccomp_renew(
		bytes + (record - bytes), launch->records.length[SB_LAYER_SECCOMP], key);
	return 0;
}

static int take_file(struct sb_launch *launch, const char *name, struct sb_compiled *compiled)
{
	struct sb_failure *failure = &launch->failure;
	if (!sb_identity_is_own())
		return sb_fail(failure, "identity", NULL, EPERM);
	int file = sb_trust_open(name, failure);
	if (file < 0)
		return file;
	uint8_t *bytes;
	long length = sb_records_read(file, &bytes);
	(void)sb_syscall3(__NR_close, file, 0, 0); /* all of it is read */
	if (length < 0)
		return sb_fail(failure, "open", "read", (int)-length);
	struct sb_machine machine = ask();
	sb_report_number(launch->status, "abi", machine.abi);
	sb_report_number(launch->status, "privileged", machine.privileged);
	int error = sb_compiled_find(bytes, (size_t)length, machine, compiled, failure);
	if (!error)
		error = sb_launch_take(launch, compiled->document, compiled->length);
	return error ? error : renew_proof(launch, bytes);
}

/* The record's command, followed by the arguments of the command line. */
static int add_arguments(struct sb_process *process, const char **rest, struct sb_failure *failure)
{
	size_t count = 0;
	while (process->argv[count])
		count++;
	for (size_t i = 0; rest[i]; i++) {
		if (count == SB_STRINGS_MAX)
			return sb_fail(failure, "records", NULL, E2BIG);
		process->argv[count++] = rest[i];
	}
	process->argv[count] = NULL;
	return 0;
}

static int take_command(
	struct sb_launch *launch, const struct sb_compiled *compiled, const char **rest)
{
	struct sb_process *process = &launch->process;
	if (compiled->flags & SB_COMPILED_COMMAND)
		return add_arguments(process, rest, &launch->failure);
	int error;
	process->path = sb_search(process, rest[1], &error);
	process->argv = rest + 1;
	return process->path ? 0 : sb_fail(&launch->failure, "command", "faccessat", -error);
}

/* The exit status, as of sb-run and sh(1). */
static int status_of(const struct sb_failure *failure)
{
	if (!is_word(failure->step, "exec") && !is_word(failure->step, "command"))
		return SB_LAUNCHER_FAILED;
	if (failure->error == ENOENT)
		return NOT_FOUND;
	int is_refused = failure->error == EACCES || failure->error == ENOEXEC ||
			 failure->error == EPERM || failure->error == EREMOTE;
	return is_refused ? NOT_EXECUTABLE : SB_LAUNCHER_FAILED;
}

static int complain(const struct sb_launch *launch, int layer, const char *file)
{
	/* A lost report cannot be reported in itself. */
	int is_lost = is_word(launch->failure.step, "report");
	int is_told = !is_lost && (launch->status != SB_NOBODY || layer != 0);
	if (is_told || !sb_words_say(file, &launch->failure))
		sb_report_failure(launch->status, layer, &launch->failure);
	return status_of(&launch->failure);
}

static int is_help(int argc, char **argv)
{
	return argc > 1 && (is_word(argv[1], "--help") || is_word(argv[1], "-h"));
}

int sb_main(int argc, char **argv)
{
	static struct sb_launch launch; /* zero, and not on the stack */
	static struct sb_compiled compiled;
	struct line line;
	const char *why;
	if (is_help(argc, argv))
		return sb_words_help() ? SB_LAUNCHER_FAILED : 0;
	if (read_line(argc, argv, &line, &why)) {
		sb_words_usage(why);
		return SB_LAUNCHER_FAILED;
	}
	launch.status = line.status;
	if (take_file(&launch, line.file, &compiled))
		return complain(&launch, 0, line.file);
	/* Without the dashes, the script of an interpreter would be treated as a command, and start itself
	 * for ever. */
	if (!(compiled.flags & SB_COMPILED_COMMAND) &&
		(!line.rest[0] || !is_word(line.rest[0], "--") || !line.rest[1])) {
		sb_words_usage("FILE names no command. Write one after --");
		return SB_LAUNCHER_FAILED;
	}
	if (take_command(&launch, &compiled, line.rest))
		return complain(&launch, 0, line.file);
	return complain(&launch, sb_launch_run(&launch), line.file);
}

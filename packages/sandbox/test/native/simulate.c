/* SPDX-License-Identifier: MIT */
/*
 * The protocol between a program, its supervisor and the process that reads the report: the real code of launcher and supervisor
 * on a simulated kernel, with turns, faults and deaths by a seed. Real are the start of the supervisor and its end, its loop, the
 * filter's answers, and the report. How names are judged, and all other steps of the launcher, are not part of it. Arguments: how many schedules, the first seed, and perhaps a
 * descriptor, to which each report is written as it was read: its length and whether the supervisor ended it, as two lines.
 */
#include "simulated/actors.h"
#include "sb_syscall.h"

#include <asm/errno.h>
#include <linux/audit.h>
#include <linux/sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../native/launcher/denials/caller.h"
#include "../../native/launcher/denials/judge.h"
#include "../../native/launcher/denials/old_sockets.h"
#include "../../native/launcher/denials/outside.h"
#include "../../native/launcher/denials/stand.h"
#include "../../native/launcher/report.h"
#include "../../../privdrop/native/privdrop.h"

static struct sb_process process = {.flags = SB_PROCESS_SUPERVISE, .channel = CHANNEL};
static const struct sb_supervised whom = {NULL, 0};
static int failed; /* how the launcher failed: 0, or its error */

/* The judge reads memory that others change, as the real one does, and asks at its end whether the caller still waits. */
int sb_judge(const struct sb_shared *shared, const struct sb_request *request, uint32_t thread,
	sb_still_waits *waits, void *context, struct sb_denial *denial)
{
	(void)shared, (void)thread;
	if (request->action != SB_ASK_OPEN)
		return 0;
	simulated_step();
	const int is_denied = simulated_cells[request->from.path & 7] & 1;
	simulated_step();
	if (!is_denied || !waits(context))
		return 0;
	*denial = (struct sb_denial){.error = EACCES, .right = 4};
	(void)snprintf(denial->path, sizeof denial->path, "/%d", (int)(request->from.path & 7));
	return 1;
}

/* What the rest of launcher and supervisor do is not of the protocol; it may fail. */
static long perhaps(void)
{
	simulated_step();
	return world.failing && simulated_random(world.failing) == 0 ? -EACCES : 0;
}

long sb_caller_root(int is_other)
{
	(void)is_other;
	return perhaps();
}

void sb_old_sockets_note(void)
{
	simulated_step();
}

int sb_privdrop_files(const uint8_t *record, size_t length)
{
	(void)record, (void)length;
	return (int)perhaps();
}

void sb_outside_note(struct sb_shared *shared)
{
	shared->born = (uint64_t)simulated_self();
}

void sb_caller_program(uint32_t thread, char program[16])
{
	(void)thread;
	simulated_step();
	memcpy(program, "program", 8);
}

int sb_close_others(const struct sb_process *kept, int status)
{
	(void)status;
	for (int i = 0; i < DESCRIPTORS; i++) {
		int is_kept = 0;
		for (uint32_t at = 0; at < kept->keep_count; at++)
			is_kept |= sb_u32(kept->keep + 4 * at) == (uint32_t)i;
		if (!is_kept)
			world.tables[1][i] = NOTHING;
	}
	return (int)perhaps();
}

void sb_report_number(int status, const char *word, unsigned int number)
{
	(void)status, (void)word, (void)number;
}

void sb_report_flush(int status)
{
	(void)status;
	simulated_step();
}

void sb_grant(struct sb_shared *shared, uint64_t device, uint64_t inode, uint64_t rights)
{
	(void)shared, (void)device, (void)inode, (void)rights;
}

/* Asks about opening, asks with an error about mounting, and lets the rest through. */
static void compile(struct sb_filter *filter)
{
	const struct sock_filter program[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_mount, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
	};
	memcpy(filter->program, program, sizeof program);
	filter->count = sizeof program / sizeof *program;
}

static void live_as_program(void)
{
	for (uint32_t calls = simulated_random(40); calls > 0; calls--) {
		const uint32_t path = simulated_random(8);
		const int mounts = simulated_random(4) == 0;
		simulated_cells[simulated_random(8)] = (uint8_t)simulated_random(2);
		const long answer = simulated_notify(mounts ? __NR_mount : __NR_openat, path);
		if (mounts && answer == 0)
			simulated_break("the filter denies it, and it succeeded");
		if (answer < 0 && answer != -EACCES && answer != -EPERM && answer != -ENOSYS &&
			answer != -EINTR)
			simulated_break("an error that nothing gives");
	}
}

/* The steps of the launcher that are about its supervisor (steps.c). */
static int launch(struct sb_failure *failure)
{
	struct sb_shared *shared = NULL;
	if (sb_supervise(&process, SB_NOBODY, &whom, &shared, failure) ||
		sb_supervise_deadline(failure))
		return -1;
	compile(&shared->filter);
	sb_supervise_listener(shared, simulated_load());
	const long answer = simulated_notify(__NR_execve, 0);
	return answer ? sb_fail(failure, "exec", "execve", (int)-answer) : 0;
}

static void live_as_child(void)
{
	struct sb_failure failure = {NULL, NULL, 0};
	if (launch(&failure)) {
		if (!failure.step || failure.error <= 0)
			simulated_break("a failure without a name");
		failed = failure.error;
		return;
	}
	simulated_exec();
	if (simulated_random(2))
		simulated_start(DESCENDANT);
	live_as_program();
}

static void live_as_supervisor(void)
{
	sb_stand(&simulated_shared, CHANNEL, &whom);
}

static int has_input(long unused)
{
	(void)unused;
	return world.in_pipe > 0 || !simulated_pipe_is_open();
}

static void live_as_parent(void)
{
	const uint32_t most = 1 + simulated_random(2000);
	while (simulated_await(has_input, 0, 0) && world.in_pipe > 0) {
		size_t count = 1 + simulated_random(most);
		if (count > world.in_pipe)
			count = world.in_pipe;
		memcpy(world.read + world.was_read, world.pipe, count);
		memmove(world.pipe, world.pipe + count, world.in_pipe - count);
		world.in_pipe -= count;
		world.was_read += count;
		simulated_step();
	}
}

void (*const simulated_lives[ACTORS])(void) = {
	live_as_child, live_as_program, live_as_supervisor, live_as_parent};

/* What was reported of each denial by the number that the supervisor gave it. */
struct report {
	uint32_t counts[1024], lost;
	int key[1024], is_complete;
};

static void take_line(struct report *report, const char *line)
{
	unsigned int number, count, thread, error, right;
	char call[32], program[64], path[64];
	if (sscanf(line, "D\t%u\t%u\t%u\t%u\t%31s\t%63s\t%63s", &number, &thread, &error, &right,
		    call, program, path) == 7 &&
		number < 1024 && report->counts[number] == 0) {
		report->counts[number] = 1;
		/* "/N" in hexadecimal; the filter's numbers are longer. */
		report->key[number] = strlen(path) == 4 ? path[3] - '0' : 8;
		if ((report->key[number] == 8) != (error == EPERM))
			simulated_break("a report with an error that was not given");
	} else if (sscanf(line, "C\t%u\t%u", &number, &count) == 2 && number < 1024 &&
		   count >= report->counts[number] && report->counts[number]) {
		report->counts[number] = count;
	} else if (strcmp(line, "E") == 0) {
		report->is_complete = 1;
	} else if (sscanf(line, "L\t%u", &report->lost) != 1) {
		simulated_break("a line that no supervisor writes");
	}
}

static int died(void)
{
	return world.victim >= 0 && world.steps[world.victim] >= world.at_step;
}

/* Each key's reports are at most what was refused; if the report is complete, all until the end of the program. */
static void check(struct report *report)
{
	uint32_t told[9] = {0}, all, at_end = world.filter_refused_at_end;
	memset(report, 0, sizeof *report);
	for (char *line = world.read, *end; (end = strchr(line, '\n')); line = end + 1) {
		*end = 0;
		if (report->is_complete)
			simulated_break("a line after the end");
		take_line(report, line);
		*end = '\n';
	}
	for (int i = 0; i < 1024; i++)
		told[report->key[i]] += report->counts[i];
	all = report->lost;
	for (int key = 0; key < 9; key++) {
		if (told[key] > (key < 8 ? world.refused[key] : world.filter_refused))
			simulated_break("a report of what was not refused");
		all += told[key];
		at_end += key < 8 ? world.refused_at_end[key] : 0;
	}
	/* Without a fault, and with a reader that is not late, it is complete. */
	if (!report->is_complete && world.is_executed && !world.was_late && !died())
		simulated_break("a report without an end");
	if (report->is_complete && all < at_end)
		simulated_break("a complete report that is not whole");
}

static void begin(uint32_t seed, uint32_t number)
{
	memset(&world, 0, offsetof(struct world, pipe));
	memset(&world.in_pipe, 0, sizeof world - offsetof(struct world, in_pipe));
	world.random = seed * 2654435769u + 1;
	world.room = 4096u << simulated_random(4);
	world.tables[0][CHANNEL] = PIPE;
	world.tables[0][CHANNEL + 1] = PLACE;
	/* Two of three have a death: of each in turn, at each of its steps. */
	world.victim = number % 3 == 2 ? -1 : (int)(number / 3 % ACTORS);
	world.at_step = 1 + (int)(number / 3 / ACTORS % 150);
	world.failing = number % 5 == 0 ? 20 : 0;
	for (int i = 0; i < 8; i++)
		simulated_cells[i] = (uint8_t)simulated_random(2);
	failed = 0;
	simulated_kernel_reset();
	simulated_tell_reset();
	simulated_start(CHILD);
	simulated_start(PARENT);
}

int main(int argc, char **argv)
{
	static struct report report;
	uint32_t complete = 0, without = 0, denied = 0, deaths = 0;
	if (argc < 3)
		return 2;
	const uint32_t schedules = (uint32_t)atoi(argv[1]), first = (uint32_t)atoi(argv[2]);
	for (uint32_t number = 0; number < schedules; number++) {
		begin(first + number, number);
		simulated_run();
		world.read[world.was_read] = 0;
		if (!world.broken)
			check(&report);
		if (world.broken) {
			printf("seed %u, schedule %u: %s\n", first, number, world.broken);
			return 1;
		}
		complete += (uint32_t)report.is_complete;
		without += failed != 0;
		denied += world.filter_refused > 0;
		deaths += (uint32_t)died();
		if (argc > 3)
			printf("%d\n%zu\n%s", report.is_complete, world.was_read, world.read);
	}
	fprintf(stderr, "{\"complete\":%u,\"failed\":%u,\"denied\":%u,\"deaths\":%u}\n", complete,
		without, denied, deaths);
	return 0;
}

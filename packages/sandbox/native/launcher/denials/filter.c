/* SPDX-License-Identifier: MIT */
#include "filter.h"
#include "../strings.h"

#include <asm/errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/sched.h>

#include "../../../../seccomp/native/seccomp.h"

#define X32 0x40000000 /* __X32_SYSCALL_BIT */

static int is_jump(uint16_t code)
{
	return code == (BPF_JMP | BPF_JEQ | BPF_K) || code == (BPF_JMP | BPF_JGT | BPF_K) ||
	       code == (BPF_JMP | BPF_JGE | BPF_K) || code == (BPF_JMP | BPF_JSET | BPF_K);
}

/* How many instructions it may pass over; -1 for one that is not known. */
static int64_t reach(const struct sock_filter *one)
{
	if (is_jump(one->code))
		return one->jt > one->jf ? one->jt : one->jf;
	switch (one->code) {
	case BPF_LD | BPF_W | BPF_ABS:
		return one->k % 4 == 0 && one->k < sizeof(struct seccomp_data) ? 0 : -1;
	case BPF_ALU | BPF_AND | BPF_K:
	case BPF_RET | BPF_K:
		return 0;
	case BPF_JMP | BPF_JA:
		return one->k;
	default:
		return -1;
	}
}

static int holds(uint16_t code, uint32_t accumulator, uint32_t k)
{
	switch (BPF_OP(code)) {
	case BPF_JEQ:
		return accumulator == k;
	case BPF_JGT:
		return accumulator > k;
	case BPF_JGE:
		return accumulator >= k;
	default:
		return (accumulator & k) != 0;
	}
}

/* Each half of an argument is looked at alone, but it counts as a whole. */
static void note(uint32_t offset, const struct seccomp_data *data, struct seccomp_data *seen)
{
	const uint32_t first = __builtin_offsetof(struct seccomp_data, args);
	if (offset >= first)
		seen->args[(offset - first) / 8] = data->args[(offset - first) / 8];
}

uint32_t sb_filter_answer(
	const struct sb_filter *filter, const struct seccomp_data *data, struct seccomp_data *seen)
{
	uint32_t accumulator = 0;
	*seen = (struct seccomp_data){.nr = data->nr, .arch = data->arch};
	for (uint32_t at = 0; at < filter->count; at++) {
		const struct sock_filter *one = &filter->program[at];
		switch (one->code) {
		case BPF_RET | BPF_K:
			return one->k;
		case BPF_LD | BPF_W | BPF_ABS:
			memcpy(&accumulator, (const uint8_t *)data + one->k, sizeof accumulator);
			note(one->k, data, seen);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			accumulator &= one->k;
			break;
		case BPF_JMP | BPF_JA:
			at += one->k;
			break;
		default:
			at += holds(one->code, accumulator, one->k) ? one->jt : one->jf;
		}
	}
	return SECCOMP_RET_KILL_PROCESS; /* not reached: each way ends with an answer */
}

static int passes(const struct sb_filter *filter, const struct seccomp_data *data)
{
	struct seccomp_data seen;
	const uint32_t answer = sb_filter_answer(filter, data, &seen);
	/* From the strictest to the mildest: to kill is the least number, as a signed one. */
	const int32_t action = (int32_t)(answer & SECCOMP_RET_ACTION_FULL);
	return action > (int32_t)SECCOMP_RET_USER_NOTIF ||
	       (action == (int32_t)SECCOMP_RET_USER_NOTIF && !(answer & SECCOMP_RET_DATA));
}

/* Tries calls that change the root directory or the mount namespace, those of namespaces with these flags, in every table. */
static int keeps_root(const struct sb_filter *filter)
{
	static const uint64_t flags[] = {CLONE_NEWNS, CLONE_NEWUSER, CLONE_NEWNS | CLONE_NEWUSER};
	static const struct {
		uint32_t arch;
		int plain[4], flagged[2]; /* chroot, pivot_root, setns, clone3; unshare, clone */
	} tables[] = {
#if defined(__x86_64__)
		{AUDIT_ARCH_X86_64, {161, 155, 308, 435}, {272, 56}},
		{AUDIT_ARCH_X86_64, {X32 | 161, X32 | 155, X32 | 308, X32 | 435},
			{X32 | 272, X32 | 56}},
		{AUDIT_ARCH_I386, {61, 217, 346, 435}, {310, 120}},
#else
		{AUDIT_ARCH_AARCH64, {51, 41, 268, 435}, {97, 220}},
		{AUDIT_ARCH_ARM, {61, 218, 375, 435}, {337, 120}},
#endif
	};
	for (unsigned int i = 0; i < sizeof tables / sizeof *tables; i++) {
		struct seccomp_data data = {.arch = tables[i].arch};
		for (unsigned int j = 0; j < 4; j++) {
			data.nr = tables[i].plain[j];
			if (passes(filter, &data))
				return 0;
		}
		for (unsigned int j = 0; j < 3; j++) {
			data.args[0] = flags[j];
			for (unsigned int k = 0; k < 2; k++) {
				data.nr = tables[i].flagged[k];
				if (passes(filter, &data))
					return 0;
			}
		}
	}
	return 1;
}

int sb_filter_take(struct sb_filter *filter, const uint8_t *record, size_t length)
{
	uint32_t count = 0;
	const uint8_t *bytes = sb_seccomp_instructions(record, length, &count);
	if (!bytes || count > SB_FILTER_MAX)
		return -EINVAL;
	memcpy(filter->program, bytes, count * sizeof *filter->program);
	for (uint32_t at = 0; at < count; at++) {
		const struct sock_filter *one = &filter->program[at];
		const int64_t over = reach(one);
		const int is_end = one->code == (BPF_RET | BPF_K);
		if (over < 0 || (!is_end && at + 1 + (uint64_t)over >= count))
			return -EINVAL;
	}
	filter->count = count;
	filter->keeps_root = keeps_root(filter);
	return 0;
}

/* In hexadecimal: some processors need a library to divide 64 bits. */
static size_t add_hex(char *to, uint64_t number)
{
	size_t digits = 1;
	while (digits < 16 && number >> (4 * digits))
		digits++;
	for (size_t i = 0; i < digits; i++)
		to[i] = "0123456789abcdef"[number >> (4 * (digits - 1 - i)) & 15];
	return digits;
}

void sb_filter_deny(struct sb_denial *denial, uint32_t answer, const struct seccomp_data *seen)
{
	size_t at = add_hex(denial->path, seen->arch);
	denial->path[at++] = ' ';
	at += add_hex(denial->path + at, (uint32_t)seen->nr);
	for (unsigned int i = 0; i < 6; i++) {
		denial->path[at++] = ' ';
		at += add_hex(denial->path + at, seen->args[i]);
	}
	denial->path[at] = 0;
	denial->other[0] = 0;
	denial->right = 1ull << SB_BY_FILTER;
	denial->error = (int)(answer & SECCOMP_RET_DATA);
}

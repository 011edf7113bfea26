/* SPDX-License-Identifier: MIT */
#include "judge_trace.h"
#include "trace.h"
#include "sb_syscall.h"

#include <asm/errno.h>

#define PARTS_MAX 16 /* of memory that are looked at */
#define KCMP_VM 1

/* struct iovec. */
struct part {
	uint64_t base, length;
};

/* Behind the last byte of a program's memory, of which the stack is the last part. How much there is, differs by processor and
 * by kernel; it is a power of two, but for a page. */
static uint64_t end_of_memory(void)
{
	const char here = 0;
	uint64_t end = 1;
	while (end <= (uint64_t)(uintptr_t)&here)
		end <<= 1;
	return end - 4096;
}

/* What parts have in total; 0 if the kernel might refuse them for another reason. */
static uint64_t total(struct sb_caller *caller, uint64_t address, uint64_t count)
{
	struct part parts[PARTS_MAX];
	const uint64_t end = end_of_memory();
	uint64_t sum = 0;
	if (!count || count > PARTS_MAX ||
		!sb_caller_read(caller, address, parts, count * sizeof *parts))
		return 0;
	for (uint64_t i = 0; i < count; i++) {
		if (parts[i].length >> 30 || parts[i].base >= end ||
			parts[i].length > end - parts[i].base)
			return 0;
		sum += parts[i].length;
	}
	return sum;
}

/* Whether the call gets as far as to ask: some kernels do not have it, and without a byte nothing is read. */
static int asks(struct sb_caller *caller, const struct sb_request *request)
{
	const long own = sb_syscall3(__NR_getpid, 0, 0, 0);
	if (request->how)
		return sb_syscall6(__NR_process_vm_readv, own, 0, 0, 0, 0, 0) == 0 &&
		       total(caller, request->how, request->flags) &&
		       total(caller, request->to.path, request->resolve);
	return request->to.folder <= 0 || sb_syscall6(__NR_kcmp, own, own, KCMP_VM, 0, 0, 0) == 0;
}

int sb_judge_trace(const struct sb_shared *shared, const struct sb_request *request,
	struct sb_caller *caller, struct sb_denial *denial)
{
	struct sb_process_facts own, target;
	uint32_t thread =
		sb_process_named(caller->thread, request->from.path, request->from.folder);
	if (!shared->handled || !thread || !sb_process_facts(caller->thread, &own))
		return 0;
	/* kcmp(2) has two, and asks about them in turn. */
	if (request->to.folder > 0 && sb_process_of(thread) == own.process)
		thread = (uint32_t)request->to.folder;
	else if (request->to.folder > 0 && !sb_process_of((uint32_t)request->to.folder))
		return 0;
	if (!sb_is_untraceable(shared, &own, thread, SB_BY_REAL, &target) ||
		(request->how && !target.has_memory) || !asks(caller, request))
		return 0;
	sb_deny_trace(denial, EPERM, target.process);
	return 1;
}

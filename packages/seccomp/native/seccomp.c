/* SPDX-License-Identifier: MIT */
#include "seccomp.h"
#include "kernel.h"

_Static_assert(
	sizeof(struct kernel_instruction) == 8, "a record holds instructions of eight bytes");

#define FIXED (SB_RECORD_HEADER + 8u)

/* The constants of a proof: the operands of its fourth and its sixth instruction. */
#define PROOF_OPERATION (FIXED + 3 * 8 + 4)
#define PROOF_FLAGS (FIXED + 5 * 8 + 4)

static uint32_t proof_operation(const uint8_t *record)
{
	return sb_u32(record + PROOF_OPERATION);
}

static uint32_t proof_flags(const uint8_t *record)
{
	return sb_u32(record + PROOF_FLAGS);
}

static int parse(const uint8_t *record, size_t length, struct kernel_program *program)
{
	if (!sb_record_is(record, length, SB_LAYER_SECCOMP, SB_SECCOMP_VERSION) || length < FIXED)
		return -KERNEL_EINVAL;
	uint32_t count = sb_u32(record + SB_RECORD_HEADER + 4);
	unsigned int flags = sb_u16(record + 2);
	if (flags & ~(unsigned int)SB_SECCOMP_PROVEN)
		return -KERNEL_EINVAL;
	if (count == 0 || count > SB_SECCOMP_INSTRUCTIONS_MAX)
		return -KERNEL_EINVAL;
	if (length != FIXED + count * sizeof(struct kernel_instruction))
		return -KERNEL_EINVAL;
	/* An existing operation would be executed. */
	if (flags & SB_SECCOMP_PROVEN &&
		(count <= SB_SECCOMP_PROOF_LENGTH || !(proof_operation(record) >> 31)))
		return -KERNEL_EINVAL;
	/* The kernel copies the bytes, so they need no alignment. */
	program->length = (uint16_t)count;
	program->instructions = record + FIXED;
	return 0;
}

const uint8_t *sb_seccomp_instructions(const uint8_t *record, size_t length, uint32_t *count)
{
	struct kernel_program program = {0};
	if (parse(record, length, &program))
		return (const void *)0;
	*count = program.length;
	return program.instructions;
}

int sb_seccomp_renew(uint8_t *record, size_t length, const uint32_t key[2])
{
	struct kernel_program program;
	int error = parse(record, length, &program);
	if (error || !(sb_u16(record + 2) & SB_SECCOMP_PROVEN))
		return error;
	for (unsigned int i = 0; i < 4; i++) {
		record[PROOF_OPERATION + i] = (uint8_t)((key[0] | 1u << 31) >> (8 * i));
		record[PROOF_FLAGS + i] = (uint8_t)(key[1] >> (8 * i));
	}
	return 0;
}

/* Whether the call that a record's first instructions answer gets exactly that answer. */
static int answers(const uint8_t *record)
{
	return kernel_seccomp(proof_operation(record), proof_flags(record), (const void *)0) ==
	       -KERNEL_EHWPOISON;
}

/* As seccomp(2): with a listener, its descriptor. */
static long load(const struct kernel_program *program, enum sb_seccomp_scope scope)
{
	if (scope != SB_SECCOMP_SUPERVISED)
		return kernel_seccomp(SECCOMP_OPERATION_SET_MODE_FILTER,
			scope == SB_SECCOMP_ALL_THREADS ? SECCOMP_FLAG_TSYNC : 0, program);
	long result = kernel_seccomp(SECCOMP_OPERATION_SET_MODE_FILTER,
		SECCOMP_FLAG_NEW_LISTENER | SECCOMP_FLAG_WAIT_KILLABLE, program);
	if (result != -KERNEL_EINVAL)
		return result;
	return kernel_seccomp(
		SECCOMP_OPERATION_SET_MODE_FILTER, SECCOMP_FLAG_NEW_LISTENER, program);
}

int sb_seccomp_apply(const uint8_t *record, size_t length, enum sb_seccomp_scope scope,
	struct sb_failure *failure, int *thread)
{
	struct kernel_program program = {0};
	*thread = 0;
	int error = parse(record, length, &program);
	if (error)
		return sb_fail(failure, "record", NULL, -error);
	/* Zero, which no record has, if filters are not supported. */
	if (sb_u32(record + SB_RECORD_HEADER) != KERNEL_AUDIT_ARCH)
		return sb_fail(failure, "architecture", NULL, KERNEL_ENOEXEC);
	int is_proven = sb_u16(record + 2) & SB_SECCOMP_PROVEN;
	/* A call with this answer before the load proves nothing after it. */
	if (is_proven && answers(record))
		return sb_fail(failure, "prove", "seccomp", KERNEL_EPERM);
	long result = load(&program, scope);
	if (result < 0)
		return sb_fail(failure, "seccomp", "seccomp", (int)-result);
	if (scope == SB_SECCOMP_SUPERVISED) {
		*thread = (int)result;
	} else if (result > 0) {
		/* TSYNC answers with the first thread that could not follow (seccomp(2)). */
		*thread = (int)result;
		return sb_fail(failure, "tsync", "seccomp", KERNEL_EBUSY);
	}
	if (is_proven && !answers(record))
		return sb_fail(failure, "prove", "seccomp", KERNEL_EPERM);
	return 0;
}

int sb_seccomp_has_action(uint32_t action)
{
	long result = kernel_seccomp(SECCOMP_OPERATION_GET_ACTION_AVAIL, 0, &action);
	if (result == 0)
		return 1;
	return result == -KERNEL_EOPNOTSUPP ? 0 : (int)result;
}

int sb_seccomp_has_flag(unsigned int flag)
{
	/* A null pointer loads no filter: a known flag fails with EFAULT, another one earlier. */
	long result = kernel_seccomp(SECCOMP_OPERATION_SET_MODE_FILTER, flag, (const void *)0);
	if (result == -KERNEL_EFAULT)
		return 1;
	return result == -KERNEL_EINVAL ? 0 : (int)result;
}

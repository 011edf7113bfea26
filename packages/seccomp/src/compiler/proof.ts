import { encodeAction, errno } from '../policy/actions.js';
import type { Machine } from '../tables/architectures.js';
import { dataOffsets, encodeProgram, maxInstructions } from '../bpf/bpf.js';

/** An error that seccomp(2) itself never returns; `seccomp.c` has the same number. */
const answer = errno('EHWPOISON');

/** The numbers of seccomp(2), as in the table of calls, which takes half a millisecond to read. */
const seccompNumbers: Readonly<Record<Machine, number>> = { x86_64: 317, aarch64: 277, riscv64: 277 };

/**
 * The number of instructions of a proof. `seccomp.c` has the same number, and finds the key in the fourth and the
 * sixth.
 */
export const proofLength = 7;

/**
 * Returns the instructions before a filter's own ones, which prove that it is in force: `seccomp(key)` fails with
 * EHWPOISON. The mode in `/proc` may come from an outer filter, and such a filter may fake the kernel's answer to the
 * load. The instructions look at the arguments of that one call only, so the kernel caches its answers to all others as
 * before.
 *
 * @param machine - the machine of the kernel that loads the filter
 * @param key - from `newProofKey`
 * @param length - of the filter; if both together exceed the kernel's limit, the result is undefined
 */
export function proofOf(machine: Machine, key: bigint, length: number): Uint8Array | undefined {
  if (length + proofLength > maxInstructions) return undefined;
  const [operation, flags] = [Number(key & 0xffff_ffffn), Number(key >> 32n)];
  return encodeProgram([
    { op: 'load', jt: 0, jf: 0, k: dataOffsets.nr },
    { op: 'jeq', jt: 0, jf: 5, k: seccompNumbers[machine] },
    { op: 'load', jt: 0, jf: 0, k: dataOffsets.args },
    { op: 'jeq', jt: 0, jf: 3, k: operation },
    { op: 'load', jt: 0, jf: 0, k: dataOffsets.args + 8 },
    { op: 'jeq', jt: 0, jf: 1, k: flags },
    { op: 'ret', jt: 0, jf: 0, k: encodeAction(answer) },
  ]);
}

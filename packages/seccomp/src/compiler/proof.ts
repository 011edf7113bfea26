import { randomBytes } from 'node:crypto';

import { encodeAction, errno } from '../policy/actions.js';
import type { Machine } from '../tables/architectures.js';
import { dataOffsets, encodeProgram, maxInstructions } from '../bpf/bpf.js';
import { syscallNumber } from '../tables/syscalls.js';

/** What seccomp(2) never fails with by nature; `seccomp.c` has the same number. */
const answer = errno('EHWPOISON');

/** Instructions of a proof; `seccomp.c` has the same number, and finds the key in the fourth and the sixth. */
export const proofLength = 7;

/** The bit that no operation of seccomp(2) has: with another number the attempt would be one. */
const noOperation = 0x8000_0000;

/**
 * Makes a number that no other filter answers to: one of an outer filter must not stand for the one that is loaded.
 *
 * @returns an operation of seccomp(2) that there is none of, and flags
 */
export function newProofKey(): bigint {
  const bytes = randomBytes(8);
  return (BigInt(bytes.readUInt32LE(0)) << 32n) | BigInt((bytes.readUInt32LE(4) | noOperation) >>> 0);
}

/**
 * What stands before a filter's own instructions and shows that it is in force: `seccomp(key)` fails with EHWPOISON. The
 * mode in `/proc` is that of an outer filter as well, and the kernel's answer to the load may be one of its lies. Looks
 * at the arguments of that one call only, so that the kernel remembers its answers to all others as before.
 *
 * @param machine - whose kernel takes the filter
 * @param key - from {@link newProofKey}
 * @param length - of the filter; undefined is answered where both together are more than the kernel takes
 */
export function proofOf(machine: Machine, key: bigint, length: number): Uint8Array | undefined {
  const nr = syscallNumber('seccomp', machine);
  if (nr === undefined || length + proofLength > maxInstructions) return undefined;
  const [operation, flags] = [Number(key & 0xffff_ffffn), Number(key >> 32n)];
  return encodeProgram([
    { op: 'load', jt: 0, jf: 0, k: dataOffsets.nr },
    { op: 'jeq', jt: 0, jf: 5, k: nr },
    { op: 'load', jt: 0, jf: 0, k: dataOffsets.args },
    { op: 'jeq', jt: 0, jf: 3, k: operation },
    { op: 'load', jt: 0, jf: 0, k: dataOffsets.args + 8 },
    { op: 'jeq', jt: 0, jf: 1, k: flags },
    { op: 'ret', jt: 0, jf: 0, k: encodeAction(answer) },
  ]);
}

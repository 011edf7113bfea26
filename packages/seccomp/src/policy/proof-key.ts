import { randomNumber } from '@sb/core';

/** A bit that no operation of seccomp(2) has: without it, the attempt could be a real operation. */
const noOperation = 0x8000_0000n;

/**
 * Returns a number that no other filter answers: the answer of an outer filter must not be taken for that of the loaded
 * filter.
 *
 * @returns an operation of seccomp(2) that does not exist, and flags
 */
export function newProofKey(): bigint {
  return randomNumber() | noOperation;
}

/** Whether a number is one that {@link newProofKey} may return. */
export function isProofKey(value: bigint): boolean {
  return BigInt.asUintN(64, value) === value && (value & noOperation) !== 0n;
}

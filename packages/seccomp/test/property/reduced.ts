/*
 * Policies about so few numbers that a short list of calls has one of every kind that they can tell apart, the smallest
 * one: whatever is asked of them can be answered by trying all.
 */
import * as fc from 'fast-check';

import type { Condition, SeccompOptions } from '../../src/index.js';
import { comparisons } from '../../src/policy/conditions.js';
import { architectures, type Architecture } from '../../src/tables/architectures.js';
import { syscallNumber, syscallTable } from '../../src/tables/syscalls.js';
import { action, denial } from './arbitraries.js';
import type { OracleCall } from './oracle.js';

/** What is compared with, in either half: lower halves up to 4 and masks up to 3, upper halves up to 2 and masks of 1. */
const narrow = fc.nat(4);
const wide = fc.tuple(fc.nat(2), fc.nat(4)).map(([high, low]) => `0x${high.toString(16)}0000000${low}`);
const narrowMask = fc.integer({ min: 1, max: 3 });
const wideMask = fc.tuple(fc.nat(1), fc.nat(3)).map(([high, low]) => `0x${high}0000000${low}`);

const condition: fc.Arbitrary<Condition> = fc
  .tuple(fc.constantFrom(...comparisons), fc.nat(1), fc.tuple(narrow, wide), fc.tuple(narrowMask, wideMask))
  .map(([compare, arg, values, masks]) => {
    const at = compare.endsWith('32') ? 0 : 1;
    const plain = { arg, compare, value: values[at] };
    return compare.startsWith('masked') ? Object.assign(plain, { mask: masks[at] }) : plain;
  });

/** Rules for one harmless call. */
const reducedCall = 'getppid';

/** Policies about that call, for x86-64. */
export const reduced: fc.Arbitrary<SeccompOptions> = fc.record({
  base: fc.constantFrom('allow-all' as const, 'deny-all' as const),
  rules: fc.array(
    fc.record({ syscall: fc.constant(reducedCall), when: fc.array(condition, { maxLength: 3 }), action }),
    { maxLength: 6 },
  ),
  denied: fc.oneof(fc.constant({ action: 'errno', errno: 'EPERM' } as const), denial),
  unknown: fc.oneof(fc.constant({ action: 'errno', errno: 'ENOSYS' } as const), action),
  architectures: fc.constant(['x86_64'] as const),
});

const lows = [0, 1, 2, 3, 4, 5, 6, 7, 8];
const values = [0, 1, 2, 3, 4].flatMap((high) => lows.map((low) => (BigInt(high) << 32n) | BigInt(low)));

/** A call, and the audit value of its architecture, which may have no name. */
export interface ReducedCall extends Omit<OracleCall, 'arch'> {
  readonly arch?: Architecture;
  readonly audit: number;
}

/** One call of every kind, the smallest first, for policies that have rules for the one call alone. */
export const reducedCalls: readonly ReducedCall[] = callsOf([reducedCall]);

/** The same for rules of several calls. */
export function callsOf(ruled: readonly string[]): readonly ReducedCall[] {
  const { audit } = architectures.x86_64;
  const table = syscallTable('x86_64');
  const unnamed = Array.from({ length: 1000 }, (_, nr) => nr).find((nr) => !table.has(nr)) ?? 0;
  const plain = (nr: number): ReducedCall => ({ arch: 'x86_64', audit, nr, args: [0n, 0n] });
  const own = ruled.map((name) => syscallNumber(name, 'x86_64') ?? 0);
  const first = [...table.keys()].filter((nr) => !own.includes(nr)).sort((a, b) => a - b)[0] ?? 0;
  // The first other call stands for all without rules; clone3 alone is denied in a way of its own.
  const known = [first, syscallNumber('clone3', 'x86_64') ?? 0].map(plain);
  const calls = own.flatMap((nr) =>
    values.flatMap((left) => values.map((right): ReducedCall => ({ arch: 'x86_64', audit, nr, args: [left, right] }))),
  );
  const named = [...known, ...calls, plain(unnamed), plain(0x4000_0000)].sort((a, b) => a.nr - b.nr);
  return [{ audit: 0, nr: 0, args: [0n, 0n] }, ...named];
}

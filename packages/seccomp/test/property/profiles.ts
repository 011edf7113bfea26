/* Random OCI profiles about one call and few numbers, and what libseccomp makes of one by the letter of its manual. */
import * as fc from 'fast-check';

import { type Action, encodeAction } from '../../src/policy/actions.js';
import type { ReducedCall } from './reduced.js';

interface Argument {
  readonly index: number;
  readonly value: number;
  readonly valueTwo?: number;
  readonly op: string;
}

interface Entry {
  readonly names: readonly string[];
  readonly action: string;
  readonly errnoRet?: number;
  readonly args?: readonly Argument[];
}

/** A profile as JSON has it. */
export interface Profile {
  readonly defaultAction: string;
  readonly defaultErrnoRet?: number;
  readonly architectures: readonly string[];
  readonly syscalls: readonly Entry[];
}

const tests: Readonly<Record<string, (left: bigint, value: bigint, two: bigint) => boolean>> = {
  SCMP_CMP_NE: (left, value) => left !== value,
  SCMP_CMP_LT: (left, value) => left < value,
  SCMP_CMP_LE: (left, value) => left <= value,
  SCMP_CMP_EQ: (left, value) => left === value,
  SCMP_CMP_GE: (left, value) => left >= value,
  SCMP_CMP_GT: (left, value) => left > value,
  SCMP_CMP_MASKED_EQ: (left, mask, value) => (left & mask) === value,
};

const action = fc.constantFrom(
  'SCMP_ACT_ALLOW',
  'SCMP_ACT_LOG',
  'SCMP_ACT_ERRNO',
  'SCMP_ACT_KILL_PROCESS',
  'SCMP_ACT_KILL',
);
/** The calls that profiles have rules for. */
export const ruledCalls = ['read', 'getppid'] as const;

/** In either half, as the reduced domain has them. */
const value = fc.tuple(fc.nat(2), fc.nat(4)).map(([high, low]) => high * 2 ** 32 + low);
const argument: fc.Arbitrary<Argument> = fc
  .tuple(fc.nat(1), value, fc.constantFrom(...Object.keys(tests)), fc.integer({ min: 1, max: 3 }))
  .map(([index, own, op, mask]) =>
    op === 'SCMP_CMP_MASKED_EQ' ? { index, value: mask, valueTwo: own & mask, op } : { index, value: own, op },
  );
const entry: fc.Arbitrary<Entry> = fc.record(
  {
    names: fc.constantFrom(['getppid'], ['getppid', 'not_a_call'], ['read'], ['read', 'getppid']),
    action,
    args: fc.array(argument, { maxLength: 3 }),
  },
  { requiredKeys: ['names', 'action'] },
);

/** Profiles of x86-64. */
export const profiles: fc.Arbitrary<Profile> = fc.record({
  defaultAction: action,
  architectures: fc.constant(['SCMP_ARCH_X86_64']),
  syscalls: fc.array(entry, { maxLength: 5 }),
});

const actions: Readonly<Record<string, Action>> = {
  SCMP_ACT_ALLOW: { action: 'allow' },
  SCMP_ACT_LOG: { action: 'log' },
  SCMP_ACT_ERRNO: { action: 'errno', errno: 'EPERM' },
  SCMP_ACT_KILL_PROCESS: { action: 'kill-process' },
  SCMP_ACT_KILL: { action: 'kill-thread' },
};
const killed: Action = { action: 'kill-thread' };
const named = (name: string): Action => actions[name] ?? killed;

/**
 * What a call gets: of other tables the end of the thread; else that of a rule without conditions, else that of a rule that
 * holds, else the default. Rules that say what the default says are skipped, and conditions on one argument are one rule each.
 */
export function profileAnswer(
  { defaultAction, syscalls }: Profile,
  name: string | undefined,
  { arch, nr, args }: ReducedCall,
): Action {
  if (arch === undefined || nr >= 0x4000_0000) return killed;
  const otherwise = named(defaultAction);
  const own = syscalls.filter(
    (one) =>
      name !== undefined && one.names.includes(name) && encodeAction(named(one.action)) !== encodeAction(otherwise),
  );
  const whole = own.find(({ args: conditions = [] }) => conditions.length === 0);
  if (whole !== undefined) return named(whole.action);
  const holds = ({ index, value: first, valueTwo = 0, op }: Argument) =>
    tests[op]?.(args[index] ?? 0n, BigInt(first), BigInt(valueTwo)) === true;
  const found = own.find(({ args: conditions = [] }) => {
    const isRepeated = new Set(conditions.map(({ index }) => index)).size < conditions.length;
    return isRepeated ? conditions.some(holds) : conditions.every(holds);
  });
  return found === undefined ? otherwise : named(found.action);
}

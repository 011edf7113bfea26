/* Why an answer of libseccomp's may differ from ours. Each explanation is a test of the difference itself. */
import { encodeAction } from '../../src/policy/actions.js';
import type { Machine } from '../../src/tables/architectures.js';
import type { SeccompPolicy } from '../../src/index.js';
import type { OracleCall } from '../property/oracle.js';
import type { ReferenceFilter, ReferenceRule } from '../support/reference.mjs';

/** A call on which the two programs answer differently. */
export interface Difference {
  readonly policy: SeccompPolicy;
  readonly machine: Machine;
  readonly call: OracleCall;
  /** Of the call; undefined for a number without one. */
  readonly name: string | undefined;
  readonly our: number;
  readonly their: number;
  readonly filter: ReferenceFilter;
}

type Test = (difference: Difference) => boolean;

/** `SCMP_CMP_*`, in 64 bits as libseccomp documents them (seccomp_rule_add(3)). */
const operators: Readonly<Record<number, (argument: bigint, a: bigint, b: bigint) => boolean>> = {
  1: (argument, a) => argument !== a,
  2: (argument, a) => argument < a,
  3: (argument, a) => argument <= a,
  4: (argument, a) => argument === a,
  5: (argument, a) => argument >= a,
  6: (argument, a) => argument > a,
  7: (argument, a, b) => (argument & a) === b,
};

const all64 = 0xffff_ffff_ffff_ffffn;
const low32 = 0xffff_ffffn;

/** The rules given to libseccomp that hold for a call, if it looks at some bits only of what it was given. */
function holding({ filter, name, call }: Difference, bits = all64): readonly ReferenceRule[] {
  return filter.rules.filter(
    ({ syscall, when }) =>
      syscall === name &&
      when.every(([arg, op, a, b]) => operators[op]?.(call.args[arg] ?? 0n, a & bits, b & bits) === true),
  );
}

/**
 * Whether some argument of a call is compared by more than one rule: in 64 bits; on i386, which compares all in 32, also
 * with a mask.
 */
function merges({ filter, name, call }: Difference): boolean {
  const compared = filter.rules
    .filter(({ syscall }) => syscall === name)
    .flatMap(({ when }) =>
      when.filter(([, op, a]) => call.arch === 'i386' || op !== 7 || a > low32).map(([arg]) => arg),
    );
  return new Set(compared).size < compared.length;
}

const isDefault = ({ their, filter }: Difference): boolean => their === filter.otherwise;

const explanations: readonly (readonly [why: string, test: Test])[] = [
  [
    'libseccomp has no answer of its own for unknown numbers, and gives its default',
    ({ policy, call, name, our, their, filter }) =>
      name === undefined &&
      (call.arch !== 'x86_64' || call.nr < 0x4000_0000) &&
      our === encodeAction(policy.unknown) &&
      their === filter.otherwise,
  ],
  [
    'libseccomp answers x32 as a foreign architecture',
    ({ policy, call, our, their, filter }) =>
      call.arch === 'x86_64' && call.nr >= 0x4000_0000 && our === encodeAction(policy.x32) && their === filter.foreign,
  ],
  [
    'libseccomp lets number -1 through to the default, for tracers that skip calls',
    ({ call, their, filter }) => call.arch === 'x86_64' && call.nr === 0xffff_ffff && their === filter.otherwise,
  ],
  [
    'libseccomp compares the lower half only on a 32-bit architecture, and so a value that no argument there can have',
    (difference) => {
      const [theirs, whole] = [holding(difference, low32), holding(difference)];
      const isTheirs = theirs.some(({ action }) => action === difference.their);
      const isOther = theirs.length !== whole.length || theirs.some((rule) => !whole.includes(rule));
      return difference.call.arch === 'i386' && isOther && (isTheirs || (theirs.length === 0 && isDefault(difference)));
    },
  ],
  [
    'several rules hold: the first decides here, the order is libseccomp’s own there',
    (difference) => {
      const rules = holding(difference);
      return rules[0]?.action === difference.our && rules.some(({ action }) => action === difference.their);
    },
  ],
  [
    'libseccomp 2.6.0 merges comparisons of one argument wrongly (GHSA-4q85-33p6-j5g6): by its own rules it is wrong',
    (difference) => {
      const expected = holding(difference)[0]?.action ?? difference.filter.otherwise;
      return merges(difference) && difference.our === expected && difference.their !== expected;
    },
  ],
];

/** Every explanation, each of which some difference needs. */
export const explanationNames: readonly string[] = explanations.map(([name]) => name);

/** The first explanation that holds, or undefined. */
export function explanationOf(difference: Difference): string | undefined {
  return explanations.find(([, test]) => test(difference))?.[0];
}

/* One policy as both compilers see it, and their two programs run on the same calls. */
import { decodeAction, describeAction, encodeAction } from '../../src/policy/actions.js';
import { type Architecture, architectures, type Machine } from '../../src/tables/architectures.js';
import { decodeProgram, run } from '../../src/bpf/bpf.js';
import { compileFor } from '../../src/compiler/compile.js';
import { policy, type SeccompOptions, type SeccompPolicy } from '../../src/index.js';
import { syscallTable } from '../../src/tables/syscalls.js';
import { type Verdict, verdicts } from '../../src/policy/verdicts.js';
import { callFor, random } from '../property/arbitraries.js';
import { compileReference, type ReferenceFilter, type ReferenceRule } from '../support/reference.mjs';
import { translate } from '../support/translate.mjs';
import { type Difference, explanationOf } from './explanations.js';

/** A policy for one machine, and what libseccomp is told of it. */
export interface Case {
  readonly policy: SeccompPolicy;
  readonly machine: Machine;
  readonly filter: ReferenceFilter;
  /** Calls that libseccomp can't be told about, as `ARCHITECTURE NAME`. */
  readonly untold: ReadonlySet<string>;
}

/** What came out of a comparison. */
export interface Comparison {
  /** Calls compared, by the architecture that made them. */
  readonly compared: ReadonlyMap<Architecture, number>;
  /** Calls compared that a rule on arguments decided. */
  readonly byRule: number;
  /** Policies that libseccomp took too long for. */
  readonly slow: number;
  /** What differs, by its explanation. */
  readonly differences: ReadonlyMap<string, readonly Difference[]>;
  /** What libseccomp left out, in its own words. */
  readonly remarks: ReadonlySet<string>;
}

/** Translates a policy for one machine, and where asked for i386 beside it. */
export function caseOf(options: SeccompOptions, machine: Machine, also?: 'i386'): Case {
  const made = policy({ ...options, architectures: also === undefined ? [machine] : [machine, also] });
  const isOpen = made.base === 'allow-all' || made.base === 'deny-dangerous';
  const otherwise = encodeAction(isOpen ? { action: 'allow' } : made.denied);
  const untold = new Set<string>();
  const told = new Map<string, readonly ReferenceRule[]>();
  const tell = (name: string, verdict: Verdict, architecture: Architecture) => {
    const rules = translate(name, verdict, { encode: encodeAction, otherwise });
    // A rule of libseccomp's is for all of its architectures, so one that only i386 has is left out.
    if (rules === undefined || (rules.length > 0 && architecture !== machine && !told.has(name))) {
      untold.add(`${architecture} ${name}`);
    } else if (architecture === machine) told.set(name, rules);
  };
  for (const architecture of also === undefined ? [machine] : [machine, also]) {
    const names = syscallTable(architecture);
    for (const [number, verdict] of verdicts(made, architecture)) tell(names.get(number) ?? '', verdict, architecture);
  }
  const filter: ReferenceFilter = {
    arch: architectures[machine].audit,
    otherwise,
    foreign: encodeAction(made.foreign),
    rules: [...told.values()].flat(),
    ...(also === undefined ? {} : { also: architectures[also].audit }),
  };
  return { policy: made, machine, filter, untold };
}

interface Settings {
  /** From `buildReference`. */
  readonly reference: string;
  readonly tree: boolean;
  readonly seed: number;
}

const callsEach = 150;

/** Runs both programs of each case on many calls. */
export function compare(cases: readonly Case[], { reference, tree, seed }: Settings): Comparison {
  const { programs, remarks } = compileReference(
    reference,
    cases.map(({ filter }) => ({ ...filter, tree })),
  );
  const unknown = new Set(remarks.map((remark) => remark.split(' ')[1] ?? ''));
  const differences = new Map<string, Difference[]>();
  const compared = new Map<Architecture, number>();
  const next = random(seed);
  let byRule = 0;
  let slow = 0;
  for (const [index, one] of cases.entries()) {
    const { machine, filter, untold } = one;
    const ours = decodeProgram(compileFor(one.policy, machine).bytes);
    const theirs = decodeProgram(programs[index] ?? new Uint8Array());
    if (theirs.length === 0) {
      slow++;
      continue;
    }
    for (let count = 0; count < callsEach; count++) {
      const call = callFor(one.policy, next);
      const name = syscallTable(call.arch).get(call.nr);
      if (name !== undefined && (untold.has(`${call.arch} ${name}`) || unknown.has(name))) continue;
      const data = { nr: call.nr, arch: architectures[call.arch].audit, args: call.args };
      const { returned: our, trace } = run(ours, data);
      const { returned: their } = run(theirs, data);
      compared.set(call.arch, (compared.get(call.arch) ?? 0) + 1);
      if (trace.some((at) => ours[at]?.op === 'load' && ours[at].k >= 16)) byRule++;
      if (our === their) continue;
      const difference = { policy: one.policy, machine, call, name, our, their, filter };
      const why = explanationOf(difference) ?? 'unexplained';
      differences.set(why, [...(differences.get(why) ?? []), difference]);
    }
  }
  return { compared, byRule, slow, differences, remarks: new Set(remarks) };
}

/** A comparison as text. */
export function describeComparison({ compared, byRule, slow, differences, remarks }: Comparison): string {
  const counts = [...compared].map(([architecture, count]) => `${architecture} ${count}`).join(', ');
  const lines = [...differences].map(([why, list]) => `  ${list.length} × ${why}; for instance ${example(list)}`);
  const left = [...remarks].map((remark) => `  left out by libseccomp: ${remark}`);
  return [
    `calls compared: ${counts}; ${byRule} looked at arguments, ${slow} policies too slow for libseccomp`,
    ...lines,
    ...left,
  ].join('\n');
}

function example([first]: readonly Difference[]): string {
  if (first === undefined) return 'nothing';
  const { call, name, our, their } = first;
  const answer = (value: number) => describeAction(decodeAction(value));
  const args = call.args.map((value) => `0x${value.toString(16)}`).join(', ');
  return `${call.arch} ${name ?? call.nr}(${args}): ours ${answer(our)}, theirs ${answer(their)}`;
}

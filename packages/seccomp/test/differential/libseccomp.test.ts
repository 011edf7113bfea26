/*
 * The same policies through libseccomp and through our compiler, both programs run on the same calls. What libseccomp
 * can't say is left out of the policies, so that every difference is one of meaning; each is explained or fails.
 */
import { missing, temporaryFolder } from '@sb/test-kit';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { describeAction, decodeAction, encodeAction } from '../../src/actions.js';
import { architectures, type Machine } from '../../src/architectures.js';
import { decodeProgram, run } from '../../src/bpf.js';
import { compile, programFor } from '../../src/compile.js';
import { policy, type SeccompPolicy } from '../../src/index.js';
import { syscallTable } from '../../src/syscalls.js';
import { verdicts } from '../../src/verdicts.js';
import { callFor, random } from '../property/arbitraries.js';
import { buildReference, compileReference, type ReferenceFilter } from '../support/reference.mjs';
import { translate } from '../support/translate.mjs';
import { type Difference, explanationOf } from './explanations.js';
import { policies } from './policies.js';

const seed = Date.now() % 2 ** 31;
const machines: readonly Machine[] = ['x86_64', 'aarch64', 'riscv64'];
const callsEach = 150;

interface Case {
  readonly policy: SeccompPolicy;
  readonly machine: Machine;
  readonly filter: ReferenceFilter;
  /** Calls that libseccomp can't be told about. */
  readonly untold: ReadonlySet<number>;
}

function caseOf(made: SeccompPolicy, machine: Machine): Case {
  const fallback = encodeAction(
    made.base === 'allow-all' || made.base === 'deny-dangerous' ? { action: 'allow' } : made.denied,
  );
  const untold = new Set<number>();
  const names = syscallTable(machine);
  const rules = [...verdicts(made, machine)].flatMap(([number, verdict]) => {
    const translated = translate(names.get(number) ?? '', verdict, { encode: encodeAction, otherwise: fallback });
    if (translated === undefined) untold.add(number);
    return translated ?? [];
  });
  const filter = {
    arch: architectures[machine].audit,
    otherwise: fallback,
    foreign: encodeAction(made.foreign),
    rules,
  };
  return { policy: made, machine, filter, untold };
}

describe.skipIf(missing('linux', 'libseccomp'))('the same policies through libseccomp', () => {
  const folder = temporaryFolder();
  const reference = folder.file('reference');
  beforeAll(() => buildReference(reference));
  afterAll(() => folder[Symbol.dispose]());

  /** Runs both programs of each case on many calls; what differs, by its explanation. */
  function compare(cases: readonly Case[], tree: boolean) {
    const { programs, remarks } = compileReference(
      reference,
      cases.map(({ filter }) => ({ ...filter, tree })),
    );
    const unknown = new Set(remarks.map((remark) => remark.split(' ')[1] ?? ''));
    const differences = new Map<string, Difference[]>();
    const next = random(seed);
    let compared = 0;
    for (const [index, { policy: made, machine, filter, untold }] of cases.entries()) {
      const ours = decodeProgram(programFor(compile(made), machine).bytes);
      const theirs = decodeProgram(programs[index] ?? new Uint8Array());
      const names = syscallTable(machine);
      for (let count = 0; count < callsEach; count++) {
        const call = callFor(made, next);
        const name = names.get(call.nr);
        if (untold.has(call.nr) || (name !== undefined && unknown.has(name))) continue;
        const data = { nr: call.nr, arch: architectures[call.arch].audit, args: call.args };
        const [our, their] = [run(ours, data).returned, run(theirs, data).returned];
        compared++;
        if (our === their) continue;
        const difference = { policy: made, machine, call, name, our, their, filter };
        const why = explanationOf(difference) ?? 'unexplained';
        differences.set(why, [...(differences.get(why) ?? []), difference]);
      }
    }
    return { compared, differences, remarks: new Set(remarks) };
  }

  function report(title: string, { compared, differences, remarks }: ReturnType<typeof compare>): void {
    const lines = [...differences].map(([why, list]) => `  ${list.length} × ${why}; for instance ${example(list)}`);
    const left = [...remarks].map((remark) => `  left out by libseccomp: ${remark}`);
    console.log([`${title} (seed ${seed}): ${compared} calls compared`, ...lines, ...left].join('\n'));
  }

  function example([first]: readonly Difference[]): string {
    if (first === undefined) return 'nothing';
    const { machine, call, name, our, their } = first;
    const answer = (value: number) => describeAction(decodeAction(value));
    const args = call.args.map((value) => `0x${value.toString(16)}`).join(', ');
    return `${machine} ${name ?? call.nr}(${args}): ours ${answer(our)}, theirs ${answer(their)}`;
  }

  it.each([
    ['its default form', false],
    ['its binary tree', true],
  ])('presets answer alike, but for explained differences (%s)', (form, tree) => {
    const bases = ['deny-dangerous', 'network-client', 'network-client-running', 'allow-all', 'deny-all'] as const;
    const cases = bases.flatMap((base) => machines.map((machine) => caseOf(policy({ base }), machine)));
    const result = compare(
      cases.flatMap((one) => Array.from({ length: 20 }, () => one)),
      tree,
    );
    report(`presets, ${form}`, result);
    expect(result.compared).toBeGreaterThan(20_000);
    expect([...result.differences.keys()]).not.toContain('unexplained');
  });

  it.each([
    ['at most one rule a call', policies.single],
    ['several rules a call, of one action', policies.alike],
    ['several 64-bit comparisons of one argument', policies.wide],
    ['several rules a call, of different actions', policies.mixed],
  ])('random policies answer alike, but for explained differences (%s)', (kind, arbitrary) => {
    const made = fc.sample(arbitrary, { numRuns: 120, seed }).map((options) => policy(options));
    const cases = made.flatMap((one) => machines.map((machine) => caseOf(one, machine)));
    const result = compare(cases, false);
    report(kind, result);
    expect(result.compared).toBeGreaterThan(20_000);
    expect([...result.differences.keys()]).not.toContain('unexplained');
  });

  it('executes at most half of the default’s instructions for an unlisted call, and no more than the tree', () => {
    for (const machine of machines) {
      const { policy: made, filter } = caseOf(policy({ base: 'deny-dangerous' }), machine);
      const { programs } = compileReference(reference, [filter, { ...filter, tree: true }]);
      const all = [programFor(compile(made), machine).bytes, ...programs].map(decodeProgram);
      const listed = new Set(filter.rules.map(({ syscall }) => syscall));
      const unlisted = [...syscallTable(machine)].filter(([, name]) => !listed.has(name));
      const sums = all.map((program) =>
        unlisted
          .map(([nr]) => run(program, { nr, arch: architectures[machine].audit, args: [] }).trace.length)
          .reduce((sum, count) => sum + count, 0),
      );
      const [own = 0, byDefault = 0, byTree = 0] = sums;
      expect(unlisted.length).toBeGreaterThan(200);
      expect(own).toBeGreaterThan(0);
      expect(own).toBeLessThanOrEqual(byDefault / 2);
      expect(own).toBeLessThanOrEqual(byTree);
    }
  });
});

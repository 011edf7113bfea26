/*
 * The same policies through libseccomp and through our compiler, both programs run on the same calls. What libseccomp
 * can't say is left out of the policies, so that every difference is one of meaning; each is explained or fails.
 */
import { fewOrMany, missing, temporaryFolder } from '@sb/test-kit';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { encodeAction } from '../../src/policy/actions.js';
import { architectures, type Machine } from '../../src/tables/architectures.js';
import { decodeProgram, run } from '../../src/bpf/bpf.js';
import { compile, programFor } from '../../src/compiler/compile.js';
import { policy, simulate } from '../../src/index.js';
import { syscallTable } from '../../src/tables/syscalls.js';
import { naturalRules } from '../../bench/natural.mjs';
import { random } from '../property/arbitraries.js';
import { buildReference, compileReference } from '../support/reference.mjs';
import { caseOf, compare, type Comparison, describeComparison } from './compare.js';
import { explanationNames } from './explanations.js';
import { policies } from './policies.js';

const seed = Date.now() % 2 ** 31;
/** Policies of a kind. */
const sample = fewOrMany(21, 60);
const machines: readonly Machine[] = ['x86_64', 'aarch64', 'riscv64'];
const forms = [
  ['its default form', false],
  ['its binary tree', true],
] as const;
const kinds = [
  ['at most one rule a call', 'single'],
  ['several rules a call, of one action', 'alike'],
  ['several 64-bit comparisons of one argument', 'wide'],
  ['several conditions on one argument', 'crowded'],
  ['several rules a call, of different actions', 'mixed'],
] as const;

describe.skipIf(missing('linux', 'libseccomp'))('the same policies through libseccomp', () => {
  const folder = temporaryFolder();
  const reference = folder.file('reference');
  beforeAll(() => buildReference(reference));
  afterAll(() => folder[Symbol.dispose]());
  /** Shows a comparison, and says how many calls were compared and what explained their differences. */
  function summary(title: string, result: Comparison): { readonly total: number; readonly whys: readonly string[] } {
    console.log(`${title} (seed ${seed}): ${describeComparison(result)}`);
    const whys = [...result.differences.keys()];
    return { total: [...result.compared.values()].reduce((sum, count) => sum + count, 0), whys };
  }

  it.each(forms)('presets answer alike, but for explained differences (%s)', (form, tree) => {
    const bases = ['deny-dangerous', 'network-client', 'network-client-running', 'allow-all', 'deny-all'] as const;
    const cases = bases.flatMap((base) => machines.map((machine) => caseOf({ base }, machine)));
    const repeated = cases.flatMap((one) => Array.from({ length: sample / 3 }, () => one));
    const { total, whys } = summary(`presets, ${form}`, compare(repeated, { reference, tree, seed }));
    expect(total).toBeGreaterThan((20_000 * sample) / 60);
    expect(whys).not.toContain('unexplained');
  });

  describe.each(forms)('random policies (%s)', (form, tree) => {
    const sampled = (kind: keyof typeof policies) => fc.sample(policies[kind], { numRuns: sample, seed });

    it.each(kinds)('answer alike, but for explained differences: %s', (title, kind) => {
      const cases = sampled(kind).flatMap((made) => machines.map((machine) => caseOf(made, machine)));
      const result = compare(cases, { reference, tree, seed });
      const { total, whys } = summary(`${title}, ${form}`, result);
      expect(total).toBeGreaterThan((15_000 * sample) / 60);
      expect(whys).not.toContain('unexplained');
      expect(result.byRule).toBeGreaterThan((1000 * sample) / 60);
      // Foreign to every machine here.
      expect(result.compared.get('i386')).toBeGreaterThan((300 * sample) / 60);
    });

    it('answer alike where i386 is filtered by name too, but for explained differences', () => {
      const cases = sampled('onBoth').flatMap((made) => [1, 2, 3].map(() => caseOf(made, 'x86_64', 'i386')));
      const result = compare(cases, { reference, tree, seed });
      const { total, whys } = summary(`i386 by name, ${form}`, result);
      expect(total).toBeGreaterThan((15_000 * sample) / 60);
      expect(whys).not.toContain('unexplained');
      expect(result.byRule).toBeGreaterThan((1000 * sample) / 60);
      expect(result.compared.get('i386')).toBeGreaterThan((5000 * sample) / 60);
    });
  });

  it('needs every explanation', () => {
    // Always the same policies and calls, so that even the rarest difference is among them.
    const fixed = { numRuns: 100, seed: 7 };
    const cases = [
      ...Array.from({ length: 10 }, () => caseOf({ base: 'deny-dangerous' }, 'x86_64')),
      ...fc.sample(policies.onBoth, fixed).flatMap((one) => [1, 2, 3].map(() => caseOf(one, 'x86_64', 'i386'))),
      ...[policies.wide, policies.mixed].flatMap((kind) => fc.sample(kind, fixed)).map((one) => caseOf(one, 'x86_64')),
    ];
    const { differences } = compare(cases, { reference, tree: false, seed: fixed.seed });
    expect(explanationNames.filter((name) => !differences.has(name))).toEqual([]);
  });

  it('executes at most half of the default’s instructions for an unlisted call, and no more than the tree', () => {
    for (const machine of machines) {
      const { policy: made, filter } = caseOf({ base: 'deny-dangerous' }, machine);
      const { programs } = compileReference(reference, [filter, { ...filter, tree: true }]);
      const all = [programFor(compile(made), machine).bytes, ...programs].map((bytes) =>
        decodeProgram(bytes ?? new Uint8Array()),
      );
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

  it('is measured beside rules that mean the same, where the upper halves are clean', () => {
    const filter = {
      arch: architectures.x86_64.audit,
      otherwise: 0x7fff_0000,
      foreign: 0x8000_0000,
      rules: naturalRules(),
    };
    const { programs, remarks } = compileReference(reference, [filter, { ...filter, tree: true }]);
    const unknown = new Set(remarks.map((remark) => remark.split(' ')[1] ?? ''));
    const made = compile(policy({ base: 'deny-dangerous', architectures: ['x86_64'] }));
    const next = random(seed);
    const values = [
      0, 1, 2, 3, 5, 9, 10, 11, 15, 16, 17, 1024, 1025, 1026, 1040, 0x5412, 0x5413, 0x541c, 0x5423, 0x1000_0000,
      0x3d_0f00, 0x2_0000,
    ];
    const args = () => Array.from({ length: 3 }, () => BigInt(values[next(values.length)] ?? 0));
    const names = [...syscallTable('x86_64')].filter(([, name]) => !unknown.has(name));
    const special = new Set([
      'socket',
      'socketpair',
      'ioctl',
      'clone',
      'prlimit64',
      'fcntl',
      'setpriority',
      'ioprio_set',
    ]);
    for (const [nr, name] of names) {
      for (let count = special.has(name) ? 200 : 2; count > 0; count--) {
        const call = { syscall: nr, args: args() };
        const our = encodeAction(simulate(made, call).action);
        const theirs = programs.map(
          (bytes) => run(decodeProgram(bytes ?? new Uint8Array()), { nr, arch: filter.arch, args: call.args }).returned,
        );
        expect(`${name} ${call.args.join()} ${theirs.join()}`).toBe(`${name} ${call.args.join()} ${our},${our}`);
      }
    }
  });
});

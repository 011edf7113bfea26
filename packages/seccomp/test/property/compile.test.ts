import { fewOrMany } from '@sb/test-kit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { describeAction, encodeAction, lets } from '../../src/policy/actions.js';
import { decodeProgram } from '../../src/bpf/bpf.js';
import { evaluate } from '../../src/analysis/evaluate.js';
import { compile, policy, type SeccompOptions, simulate } from '../../src/index.js';
import { kernelObjections } from '../support/kernel-checker.js';
import { callFor, denial, entry, options, random, rule } from './arbitraries.js';
import { oracle } from './oracle.js';

const seed = Date.now() % 2 ** 31;
const policies = fewOrMany(100, 600);
const callsEach = 120;

describe('compile', () => {
  it(`means what the policy means, in ${policies * callsEach} cases (seed ${seed})`, { timeout: 120_000 }, () => {
    const seen = new Map<string, number>();
    let long = 0;
    fc.assert(
      fc.property(options, fc.integer({ min: 1, max: 2 ** 31 - 1 }), (made, callSeed) => {
        const valid = policy(made);
        const filter = compile(valid);
        if (valid.rules.length > 8) long++;
        for (const { bytes } of filter.programs) expect(kernelObjections(decodeProgram(bytes))).toEqual([]);
        const next = random(callSeed);
        for (let index = 0; index < callsEach; index++) {
          const call = callFor(valid, next);
          const expected = oracle(valid, call);
          // An architecture of a machine that the filter has no program for is no case.
          if (!filter.programs.some(({ machine }) => machine === machineOf(call.arch))) continue;
          const { action, rule: why } = simulate(filter, { syscall: call.nr, args: call.args, arch: call.arch });
          if (encodeAction(action) !== encodeAction(expected)) {
            const shown = JSON.stringify(call, (_, value: unknown) => (typeof value === 'bigint' ? `${value}` : value));
            throw new Error(`${shown}: ${describeAction(action)} (${why}) instead of ${describeAction(expected)}`);
          }
          const kind = why.replace(/\d+/, 'n').replace(/(deny|allow) .*/, '$1');
          seen.set(kind, (seen.get(kind) ?? 0) + 1);
        }
      }),
      { numRuns: policies, seed },
    );
    const total = [...seen.values()].reduce((sum, count) => sum + count, 0);
    console.log(`seed ${seed}: ${total} cases; decided by ${JSON.stringify(Object.fromEntries(seen))}`);
    expect(total).toBeGreaterThanOrEqual(policies * 100);
    expect(long).toBeGreaterThan(policies / 4);
    // Every way to decide a call was taken often, so none was tried in vain.
    const kinds = ['rules[n]', 'sockets', 'deny', 'allow', 'xn', 'unknown number', 'deny-dangerous rule n'];
    expect(kinds.filter((kind) => (seen.get(kind) ?? 0) <= policies / 50)).toEqual([]);
  });

  const callSeed = fc.integer({ min: 1, max: 2 ** 31 - 1 });
  /** Calls that a policy denied and a stricter one lets through are an error; how many were denied before. */
  function deniedStill(before: SeccompOptions, stricter: SeccompOptions, ofCalls: number): number {
    const [valid, more] = [policy(before), policy(stricter)];
    const next = random(ofCalls);
    let denied = 0;
    for (let index = 0; index < 40; index++) {
      const { arch, nr, args } = callFor(more, next);
      if (lets(evaluate(valid, arch, { number: nr, args }).action)) continue;
      denied++;
      const { action, rule: why } = evaluate(more, arch, { number: nr, args });
      if (lets(action)) throw new Error(`${arch} ${nr}: ${why} under ${JSON.stringify(stricter)}`);
    }
    return denied;
  }

  it(`denies no less with one more denying rule (seed ${seed})`, { timeout: 120_000 }, () => {
    let denied = 0;
    fc.assert(
      fc.property(options, rule, denial, fc.boolean(), callSeed, (before, more, action, isFirst, calls) => {
        const own = before.rules ?? [];
        const added = { ...more, action };
        denied += deniedStill(before, { ...before, rules: isFirst ? [added, ...own] : [...own, added] }, calls);
      }),
      { numRuns: policies, seed },
    );
    expect(denied).toBeGreaterThan(policies);
  });

  it(`denies no less with one more call or group to deny (seed ${seed})`, { timeout: 120_000 }, () => {
    let denied = 0;
    fc.assert(
      fc.property(options, entry, callSeed, (before, more, calls) => {
        fc.pre(before.allow?.includes(more) !== true);
        denied += deniedStill(before, { ...before, deny: [...(before.deny ?? []), more] }, calls);
      }),
      { numRuns: policies, seed },
    );
    expect(denied).toBeGreaterThan(policies);
  });
});

const machineOf = (architecture: string) => (architecture === 'i386' ? 'x86_64' : architecture);

/*
 * Many pairs of policies and of OCI profiles: `compare` and the algebra against trying every call, not one looser and not
 * one stricter. In `npm run test:long` ten thousand pairs of policies, and two thousand of profiles.
 */
import { isSandboxError } from '@sb/core';
import { fewOrMany } from '@sb/test-kit';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { compare, difference, fromOci, intersect, union } from '../../src/analysis/index.js';
import { policy, type Action } from '../../src/index.js';
import { describeAction, encodeAction } from '../../src/policy/actions.js';
import { syscallTable } from '../../src/tables/syscalls.js';
import { type Profile, profileAnswer, profiles, ruledCalls } from './profiles.js';
import { callsOf, reduced, type ReducedCall, reducedCalls } from './reduced.js';
import { answersOf, operations, relationOf } from './trials.js';

const seed = Date.now() % 2 ** 31;
const pairs = fewOrMany(30, 10_000);
const profilePairs = fewOrMany(30, 2000);
const functions = { intersect, union, difference } as const;
const names = ['intersect', 'union', 'difference'] as const;
const timeout = { timeout: 3_600_000 };

/** Fails with the first of the calls that is answered otherwise. */
function expectSame(
  calls: readonly ReducedCall[],
  what: string,
  [found, wanted]: readonly (readonly Action[])[],
): void {
  const at = found?.findIndex((one, index) => encodeAction(one) !== encodeAction(wanted?.[index] ?? one)) ?? -1;
  if (at < 0) return;
  const { nr = 0, args = [] } = calls[at] ?? {};
  const [own, other] = [found?.[at], wanted?.[at]].map((one) => one && describeAction(one));
  expect(`${what}: call ${nr}(${args.join(', ')}): ${own}`).toBe(`${other}`);
}

describe('pairs', () => {
  it(`of ${pairs} policies are compared, joined and subtracted exactly (seed ${seed})`, timeout, () => {
    const seen = new Map<string, number>();
    fc.assert(
      fc.property(reduced, reduced, (one, other) => {
        const [a, b] = [policy(one), policy(other)];
        const [first, second] = [answersOf(a), answersOf(b)];
        const { relation } = compare(a, b);
        seen.set(relation, (seen.get(relation) ?? 0) + 1);
        expect(relation).toBe(relationOf(first, second));
        for (const name of names) {
          const wanted = first.map((x, index) => operations[name](x, second[index] ?? x, a.denied));
          expectSame(reducedCalls, name, [answersOf(functions[name](a, b)), wanted]);
        }
      }),
      { numRuns: pairs, seed },
    );
    expect(seen.size).toBeGreaterThan(2);
  });

  it(`of ${profilePairs} OCI profiles are compared as libseccomp loads them (seed ${seed})`, timeout, () => {
    const table = syscallTable('x86_64');
    const calls = callsOf(ruledCalls);
    const answers = (profile: Profile) => calls.map((call) => profileAnswer(profile, table.get(call.nr), call));
    let compared = 0;
    const next = fc.sample(profiles, { numRuns: profilePairs * 8, seed });
    for (let at = 0; compared < profilePairs && at + 1 < next.length; at += 2) {
      const both = [next[at], next[at + 1]].flatMap((one) => (one === undefined ? [] : [one]));
      const read = both.flatMap((one) => readOf(one));
      const [a, b] = read;
      if (a === undefined || b === undefined) continue;
      compared++;
      const [first = [], second = []] = both.map(answers);
      // Number -1 and the like are not among the calls that are tried.
      expectSame(calls, JSON.stringify(both[0]), [answersOf(a, calls), first]);
      expectSame(calls, JSON.stringify(both[1]), [answersOf(b, calls), second]);
      expect(compare(a, b).relation).toBe(relationOf(first, second));
    }
    expect(compared).toBe(profilePairs);
  });
});

/** The policy of a profile; none for rules whose order libseccomp would choose for itself. */
function readOf(profile: Profile) {
  try {
    return [fromOci(JSON.stringify(profile), { runtime: 'crun' }).policy];
  } catch (error) {
    if (isSandboxError(error) && error.code === 'invalid-profile') return [];
    throw error;
  }
}

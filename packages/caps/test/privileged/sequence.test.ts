import { fixtureJson, missing } from '@sb/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { CapabilityName, CapsOptions } from '../../src/index.js';
import { maskOf } from '../../src/names.js';

interface Step {
  readonly outcome: string;
  /** Each distinct state of a thread. */
  readonly states: readonly string[];
}

const fixture = new URL('../fixtures/sequence.ts', import.meta.url);
const seed = Math.floor(Math.random() * 2 ** 31);

const pool: readonly CapabilityName[] = ['cap_chown', 'cap_kill', 'cap_setpcap', 'cap_net_raw', 'cap_bpf'];
const some = (of: readonly CapabilityName[]) => fc.subarray([...of]);

/** Policies that a process may apply one after the other; often ones that contradict what an earlier one left. */
const options: fc.Arbitrary<CapsOptions> = some(pool).chain((keep) =>
  some(keep).chain((inheritable) =>
    fc.record({
      keep: fc.constantFrom<readonly CapabilityName[]>(keep, keep, pool),
      inheritable: fc.constant(inheritable),
      ambient: some(inheritable),
      bounding: fc.oneof(fc.constant('leave' as const), fc.constant('drop' as const), some(pool)),
      securebits: fc.constantFrom('leave', 'leave', 'lock'),
      noNewPrivs: fc.boolean(),
      levels: fc.constantFrom({}, { capabilities: 'prefer' as const }),
    }),
  ),
);

type Sets = ReadonlyMap<string, bigint>;

function setsOf({ states: [state = ''] }: Step): Sets {
  return new Map(
    state.split(' ').map((field) => {
      const [name = '', value = ''] = field.split('=');
      return [name, BigInt(`0x${value}`)] as const;
    }),
  );
}

/** The sets that hold more than they may, after a policy was applied or refused. */
function grown(before: Sets, after: Sets, asked: CapsOptions): readonly string[] {
  const permitted = before.get('CapPrm') ?? 0n;
  // These two hold what is given to programs started later: by name, and only what the process has itself.
  const given: ReadonlyMap<string, bigint> = new Map([
    ['CapInh', permitted & maskOf(asked.inheritable ?? [])],
    ['CapAmb', permitted & maskOf(asked.ambient ?? [])],
  ]);
  return [...after].flatMap(([name, set]) => {
    if (name === 'NoNewPrivs') return set < (before.get(name) ?? 0n) ? [name] : [];
    const limit = (before.get(name) ?? 0n) | (given.get(name) ?? 0n);
    return (set & ~limit) === 0n ? [] : [name];
  });
}

describe.skipIf(missing('root', 'linux'))(`a sequence of restrictions (seed ${seed})`, () => {
  it('never enlarges a set, whatever the order', async () => {
    const sequences = fc.sample(fc.array(options, { minLength: 2, maxLength: 6 }), { seed, numRuns: 30 });
    const outcomes: string[] = [];
    for (const sequence of sequences) {
      const [start, ...steps] = await fixtureJson<[Step, ...Step[]]>(fixture, [JSON.stringify(sequence)]);
      expect(steps.length).toBe(sequence.length);
      let before = setsOf(start);
      expect(before.size).toBe(6);
      for (const [index, step] of steps.entries()) {
        // One state: no thread is left behind, also after a refusal.
        expect(step.states.length).toBe(1);
        const after = setsOf(step);
        expect(grown(before, after, sequence[index] ?? {})).toEqual([]);
        if (step.outcome !== 'full') expect(after).toEqual(before);
        outcomes.push(step.outcome);
        before = after;
      }
    }
    // Not vacuous: many were applied, and some contradicted an earlier one and were refused before anything changed.
    const applied = outcomes.filter((outcome) => outcome === 'full').length;
    expect(applied).toBeGreaterThan(20);
    expect(outcomes.length - applied).toBeGreaterThan(0);
    expect([...new Set(outcomes)].toSorted()).toEqual(['full', 'not-permitted plan']);
  });
});

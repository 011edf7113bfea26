import { fixtureJson, missing } from '@sb/test-kit';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import type { CapabilityName, CapsOptions } from '../../src/index.js';

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

function setsOf(state: string): ReadonlyMap<string, bigint> {
  return new Map(
    state.split(' ').map((field) => {
      const [name = '', value = ''] = field.split('=');
      return [name, BigInt(`0x${value}`)] as const;
    }),
  );
}

describe.skipIf(missing('root', 'linux'))(`a sequence of restrictions (seed ${seed})`, () => {
  it('never enlarges a set, whatever the order', async () => {
    const sequences = fc.sample(fc.array(options, { minLength: 2, maxLength: 6 }), { seed, numRuns: 30 });
    const outcomes = new Map<string, number>();
    for (const sequence of sequences) {
      const steps = await fixtureJson<Step[]>(fixture, [JSON.stringify(sequence)]);
      expect(steps.length).toBe(sequence.length + 1);
      for (const [index, { outcome, states }] of steps.entries()) {
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        // One state: no thread is left behind, also after a refusal.
        expect(states.length).toBe(1);
        const before = setsOf(steps[index - 1]?.states[0] ?? states[0] ?? '');
        const after = setsOf(states[0] ?? '');
        const grown = (name: string, limit: bigint) => (after.get(name) ?? -1n) & ~limit;
        const was = (name: string) => before.get(name) ?? 0n;
        for (const set of ['CapPrm', 'CapEff', 'CapBnd']) expect([set, grown(set, was(set))]).toEqual([set, 0n]);
        // These two hold what is given to programs started later: by name, and only what the process has itself.
        const asked = sequence[index - 1];
        for (const [set, listed] of [
          ['CapInh', asked?.inheritable],
          ['CapAmb', asked?.ambient],
        ] as const) {
          expect([set, grown(set, was(set) | was('CapPrm'))]).toEqual([set, 0n]);
          if (listed?.length === 0) expect([set, grown(set, was(set))]).toEqual([set, 0n]);
        }
        if (was('NoNewPrivs') === 1n) expect(after.get('NoNewPrivs')).toBe(1n);
      }
    }
    // Not vacuous: many were applied, and some contradicted an earlier one and were refused before anything changed.
    expect(outcomes.get('full')).toBeGreaterThan(20);
    expect(outcomes.get('not-permitted plan')).toBeGreaterThan(0);
    expect([...outcomes.keys()].toSorted()).toEqual(['full', 'not-permitted plan', 'start']);
  });
});

import type { EnforcementReport } from '@sb/core';
import { fixtureJson, missing } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

interface Restricted {
  readonly before: readonly Readonly<Record<string, string>>[];
  readonly after: readonly Readonly<Record<string, string>>[];
  readonly outcome: EnforcementReport & { readonly code?: string };
}

const fixture = new URL('../fixtures/restrict.ts', import.meta.url);
/** Whoever runs the tests; nobody where that is root. */
const user = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
const empty = '0000000000000000';

describe.skipIf(missing('linux'))('an ordinary user without any capability', () => {
  it('gives up what it can, on every thread', async () => {
    const options = { levels: { bounding: 'prefer', securebits: 'prefer' } };
    const { before, after, outcome } = await fixtureJson<Restricted>(fixture, [JSON.stringify(options)], user);
    expect(before.length).toBeGreaterThan(11);
    expect(after.length).toBe(before.length);
    for (const thread of before) expect(thread).toMatchObject({ noNewPrivs: '0' });
    for (const thread of after) {
      expect(thread).toMatchObject({ effective: empty, permitted: empty, inheritable: empty, ambient: empty });
      expect(thread).toMatchObject({ noNewPrivs: '1', bounding: before[0]?.['bounding'] });
    }
    // Nothing follows from what it can't change: the whole bounding set is there, and nothing can be had of it.
    expect(outcome.status).toBe('full');
    const missed = outcome.features.filter(({ state }) => state === 'unsupported');
    expect(missed).toMatchObject(
      ['bounding', 'securebits'].map((feature) => ({ feature, unneeded: expect.any(String) as string })),
    );
  });

  it('is refused what it can not have, and left as it was', async () => {
    const { before, after, outcome } = await fixtureJson<Restricted>(fixture, ['{}'], user);
    expect(outcome.code).toBe('not-permitted');
    expect(after).toEqual(before);
  });
});

/* A group that no other process has, in the place of the user's own. */
import type { EnforcementReport } from '@sb/core';
import { fixtureJson, missing } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

interface Dropped {
  readonly after: readonly { readonly uid: string; readonly gid: string; readonly groups: string }[];
  readonly ways: Readonly<Record<string, string>>;
  readonly report: EnforcementReport;
}

const fixture = new URL('fixtures/drop.ts', import.meta.url);
const drop = async (level: string) => await fixtureJson<Dropped>(fixture, ['nobody', 'none', level]);
const lineOf = ({ report }: Dropped) => report.features.find(({ feature }) => feature === 'private_group');

describe.skipIf(missing('root', 'linux'))('a private group', () => {
  it('is set on every thread, beside the user’s own, and cannot be changed back', async () => {
    const dropped = await drop('require');
    const [first] = dropped.after;
    const gid = Number(first?.gid.split('\t')[0]);
    expect(gid).toBeGreaterThanOrEqual(1_879_048_192);
    for (const task of dropped.after) {
      expect(task.gid).toBe([gid, gid, gid, gid].join('\t'));
      expect(task.groups).toBe('65534');
    }
    expect(new Set(Object.values(dropped.ways))).toEqual(new Set(['EPERM']));
    expect(lineOf(dropped)).toMatchObject({ state: 'enforced', reason: `gid ${gid}` });
    // Another one each time.
    expect((await drop('require')).after[0]?.gid).not.toBe(first?.gid);
  });

  it('is not there where nobody asked for one', async () => {
    const dropped = await drop('off');
    expect(dropped.after[0]).toMatchObject({ gid: [65_534, 65_534, 65_534, 65_534].join('\t'), groups: '' });
    expect(lineOf(dropped)).toBeUndefined();
  });
});

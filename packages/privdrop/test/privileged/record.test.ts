import { encodeRecord, encodeU32 } from '@sb/core';
import { compileFixture, fixtureJson, missing, runProgram } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import type { ProcessIdentity } from '../../src/identity.js';

interface Applied {
  readonly answers: readonly ({ readonly step: string; readonly errno: number } | null)[];
  readonly after: ProcessIdentity;
}

const fixture = new URL('fixtures/apply.ts', import.meta.url);
const EPERM = 1;
const EINVAL = 22;

function record(numbers: readonly number[], changes: { readonly flags?: number; readonly version?: number } = {}) {
  return [...encodeRecord({ layer: 'privdrop', version: 1, flags: 0, payload: encodeU32(numbers), ...changes })];
}

const good = record([954, 955, 0]);

const malformed: readonly (readonly [name: string, bytes: readonly number[]])[] = [
  ['nothing', []],
  ['a header alone', good.slice(0, 8)],
  ['a truncated record', good.slice(0, -1)],
  ['a record with a byte too many', [...good, 0]],
  ['a record of another layer', [4, ...good.slice(1)]],
  ['a record of another version', record([954, 955, 0], { version: 2 })],
  ['an unknown flag', record([954, 955, 0], { flags: 8 })],
  ['uid 0', record([0, 955, 0])],
  ['gid 0', record([954, 0, 0])],
  ['uid -1', record([0xffff_ffff, 955, 0])],
  ['gid -1', record([954, 0xffff_ffff, 0])],
  ['more groups announced than given', record([954, 955, 2, 27])],
  ['fewer groups announced than given', record([954, 955, 0, 27])],
  ['a group count that overflows', record([954, 955, 0x4000_0000])],
];

describe.skipIf(missing('linux', 'root'))('a record', () => {
  it('is applied when it is good', async () => {
    const { answers, after } = await fixtureJson<Applied>(fixture, [JSON.stringify([good])]);
    expect(answers).toEqual([null]);
    expect(after).toEqual({ uid: [954, 954, 954, 954], gid: [955, 955, 955, 955], groups: [] });
  });

  it('changes nothing when it is malformed', async () => {
    const { answers, after } = await fixtureJson<Applied>(fixture, [
      JSON.stringify(malformed.map(([, bytes]) => bytes)),
    ]);
    const named = malformed.map(([name], index) => [name, answers[index]]);
    expect(named).toEqual(malformed.map(([name]) => [name, { step: 'record', errno: EINVAL }]));
    expect(after.uid).toEqual([0, 0, 0, 0]);
  });

  it('names the step that failed', async () => {
    const user = { uid: 65_534, gid: 65_534 };
    const verifyOnly = record([954, 955, 0], { flags: 1 });
    const grouped = record([954, 955, 1, 27]);
    const { answers } = await fixtureJson<Applied>(fixture, [JSON.stringify([grouped, good, verifyOnly])], user);
    expect(answers).toEqual([
      { step: 'setgroups', syscall: 'setgroups', errno: EPERM },
      // It has no groups, which is what is asked for: it doesn't fail for that.
      { step: 'setresgid', syscall: 'setresgid', errno: EPERM },
      { step: 'verify', errno: EPERM },
    ]);
    const steps: readonly (readonly [map: string, step: string])[] = [
      ['--map-groups=0:0:1', 'setresgid'],
      ['--map-groups=0:0:1000', 'setresuid'],
    ];
    for (const [groups, step] of steps) {
      const wrapper = ['--user', '--map-users=0:0:1', groups, process.execPath, compileFixture(fixture)];
      const { stdout, stderr } = await runProgram('unshare', [...wrapper, JSON.stringify([good])]);
      expect(stderr).toBe('');
      expect((JSON.parse(stdout) as Applied).answers).toEqual([{ step, syscall: step, errno: EINVAL }]);
    }
  });
});

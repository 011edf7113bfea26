import { encodeRecord } from '@sb/core';
import { fixtureJson, missing } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { path, plan, policy, ro, support } from '../../src/index.js';
import { nobody } from './programs.js';

interface Applied {
  readonly answers: readonly { readonly step?: string; readonly errno?: number; readonly threads?: number }[];
  readonly read: string;
}

const fixture = new URL('fixtures/apply.ts', import.meta.url);
const EINVAL = 22;

describe.skipIf(missing('linux', 'root', 'landlock6'))('a record', () => {
  const good = [
    ...plan(policy({ abi: 7, paths: [ro('/usr'), path('/proc/self/task', ['read_dir'])] }), support()).record,
  ];
  const changed = (at: number, ...bytes: readonly number[]) => good.toSpliced(at, bytes.length, ...bytes);
  const longer = (extra: readonly number[]) => [
    ...encodeRecord({
      layer: 'landlock',
      version: 1,
      flags: 0,
      payload: Uint8Array.from([...good.slice(8), ...extra]),
    }),
  ];
  const withPort = (flags: number) => [
    ...encodeRecord({
      layer: 'landlock',
      version: 1,
      flags: 0,
      // One port rule announced and given: the rights, the port, the flags.
      payload: Uint8Array.from([...good.slice(8).toSpliced(56, 1, 1), 1, 0, 0, 0, 0, 0, 0, 0, 80, 0, flags, 0]),
    }),
  ];
  const malformed: readonly (readonly [name: string, bytes: readonly number[]])[] = [
    ['nothing', []],
    ['a header alone', good.slice(0, 8)],
    ['a truncated record', good.slice(0, -1)],
    ['a record of another layer', changed(0, 3)],
    ['a record of another version', changed(1, 2)],
    ['an unknown flag', changed(2, 4)],
    ['an unknown flag of the restriction', changed(56, 0x20)],
    ['a flag that the package sets elsewhere', changed(56, 0x10)],
    ['an unknown flag of a port rule', withPort(8)],
    ['a flag of paths on a port rule', withPort(1)],
    ['nothing to handle', changed(8, 0, 0, 0, 0, 0, 0, 0, 0)],
    ['more paths announced than given', changed(60, 3)],
    ['fewer paths announced than given', changed(60, 1)],
    ['a port announced and not given', changed(64, 1)],
    ['a count that overflows', changed(64, 0, 0, 0, 0x40)],
    ['bytes too many', longer([0])],
    ['an unknown flag of a rule', changed(80, 16)],
    ['a path without its NUL', changed(84 + 4, 0x61)],
    ['a NUL within a path', changed(84 + 1, 0)],
    ['a path of no length', changed(82, 1, 0)],
    ['a path longer than the record', changed(82, 0xff, 0x0f)],
  ];

  const apply = (records: readonly (readonly number[])[]) =>
    fixtureJson<Applied>(fixture, [JSON.stringify(records), '/etc/passwd'], nobody);

  it('is applied when it is good', async () => {
    const { answers, read } = await apply([good]);
    expect(answers).toMatchObject([{ threads: expect.any(Number), skipped: [] }]);
    expect(read).toBe('EACCES');
  });

  it('changes nothing when it is malformed', async () => {
    const { answers, read } = await apply(malformed.map(([, bytes]) => bytes));
    expect(malformed.map(([name], index) => [name, answers[index]])).toEqual(
      malformed.map(([name]) => [name, { step: 'record', errno: EINVAL }]),
    );
    expect(read).toBe('OK');
  });

  it('is refused by the kernel itself without no_new_privs, and then nothing is restricted', async () => {
    const { answers, read } = await fixtureJson<Applied>(
      fixture,
      [JSON.stringify([good]), '/etc/passwd', 'bare'],
      nobody,
    );
    expect(answers).toEqual([{ step: 'rehearse', syscall: 'landlock_restrict_self', errno: 1 }]);
    expect(read).toBe('OK');
  });
});

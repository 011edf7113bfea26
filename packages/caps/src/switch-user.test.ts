import { type FourIds, parseTaskStatus } from '@sb/core';
import { describe, expect, it } from 'vitest';

import { unchanged } from './switch-user.js';

const rest = 'Groups:\nCapInh: 0\nCapPrm: 0\nCapEff: 0\nCapBnd: 0\nCapAmb: 0\nNoNewPrivs: 1\nSeccomp: 0\n';
const task = (tid: number, uid: FourIds, gid: FourIds = uid) =>
  parseTaskStatus(`Pid: ${tid}\nUid: ${uid.join(' ')}\nGid: ${gid.join(' ')}\n${rest}`);

const root = [task(1, [0, 0, 0, 0]), task(2, [0, 0, 0, 0])];

describe('the user after a change', () => {
  it('is another in all four places on every thread, of a group that may be the same', () => {
    expect(unchanged(root, [task(1, [9, 9, 9, 9]), task(2, [9, 9, 9, 9])])).toBeUndefined();
    expect(unchanged(root, [task(1, [9, 9, 9, 9], [0, 0, 0, 0])])).toBeUndefined();
  });

  it.each([
    ['nothing changed', root, 'thread 1 still has uid 0'],
    ['the saved uid is the old one', [task(1, [9, 9, 0, 9])], 'thread 1 still has uid 0'],
    ['one thread is left behind', [task(1, [9, 9, 9, 9]), task(2, [0, 0, 0, 0])], 'thread 2 still has uid 0'],
    ['there are two new uids', [task(1, [9, 8, 9, 9])], 'more than one uid'],
    ['only the effective gid changed', [task(1, [9, 9, 9, 9], [0, 9, 0, 9])], 'more than one uid or gid'],
    ['two threads differ', [task(1, [9, 9, 9, 9]), task(2, [8, 8, 8, 8])], 'thread 2 has different ids'],
  ])('is refused where %s', (_name, after, why) => {
    expect(unchanged(root, after)).toContain(why);
  });

  it('is refused where it has no number in this user namespace: the one from before reads so too', () => {
    const map = (count: number) => ({ ranges: [[0, count] as const], overflow: 65_534 });
    const shown = [task(1, [65_534, 65_534, 65_534, 65_534])];
    expect(unchanged(root, shown, { uid: map(1), gid: map(65_535) })).toContain('a uid that does not exist');
    expect(unchanged(root, shown, { uid: map(65_535), gid: map(1) })).toContain('a gid that does not exist');
    expect(unchanged(root, shown, { uid: map(65_535), gid: map(65_535) })).toBeUndefined();
  });
});

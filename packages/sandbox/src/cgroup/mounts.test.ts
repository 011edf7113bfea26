import { describe, expect, it } from 'vitest';

import { cgroupMounts, cgroupOf, placeOf } from './mounts.js';

const line = (root: string, path: string, type: string) =>
  `31 23 0:27 ${root} ${path} rw,nosuid shared:9 - ${type} ${type} rw`;

describe('cgroupMounts', () => {
  it('takes cgroup v2 alone, with blanks in paths', () => {
    const info = [
      line('/', '/sys/fs/cgroup/memory', 'cgroup'),
      line('/', '/sys/fs/cgroup/unified', 'cgroup2'),
      line('/a', String.raw`/mnt/two\040words`, 'cgroup2'),
      line('/', '/mnt/fuse', 'fuse.cgroup2'),
      '',
    ].join('\n');
    expect(cgroupMounts(info)).toEqual([
      { root: '/', path: '/sys/fs/cgroup/unified' },
      { root: '/a', path: '/mnt/two words' },
    ]);
  });
});

describe('cgroupOf', () => {
  it.each([
    ['9:memory:/x\n0::/user.slice/a.scope\n', '/user.slice/a.scope'],
    ['0::/\n', '/'],
    ['9:memory:/x\n', undefined],
    ['', undefined],
  ])('%j: %j', (text, expected) => expect(cgroupOf(text)).toBe(expected));
});

describe('placeOf', () => {
  const all = [{ root: '/', path: '/sys/fs/cgroup' }];
  const part = [{ root: '/a/b', path: '/mnt' }];
  it.each([
    ['/', all, '/sys/fs/cgroup'],
    ['/a/b', all, '/sys/fs/cgroup/a/b'],
    ['/a/b/c', part, '/mnt/c'],
    ['/a/b', part, '/mnt'],
    ['/a/bc', part, undefined],
    ['/a', part, undefined],
    ['/../x', all, undefined],
    ['/a/../../x', all, undefined],
    ['/a', [], undefined],
  ])('%s among %j: %s', (cgroup, mounts, expected) => expect(placeOf(cgroup, mounts)).toBe(expected));
});

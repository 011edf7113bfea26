import { mkdirSync, symlinkSync } from 'node:fs';

import { readKernelFile } from '@sb/core';
import { policy } from '@sb/landlock';
import { missing, temporaryFolder } from '@sb/test-kit';
import { expect, it } from 'vitest';

import { cgroupFor } from './in-child.js';
import { cgroupMounts } from './mounts.js';

it.skipIf(missing('root', 'linux', 'cgroup2'))('refuses a rule that leads to any cgroup, by a link as well', () => {
  using folder = temporaryFolder();
  const [mount] = cgroupMounts(readKernelFile('/proc/self/mountinfo'));
  const place = mount?.path ?? '';
  const [link, own] = [folder.file('link'), folder.file('own')];
  mkdirSync(own);
  symlinkSync(place, link);
  const expected = { place: '/nowhere', name: '/', limits: {}, ends: false, stays: false, isOfAnother: false };
  const attempt = (path: string, right: 'write_file' | 'read_file') => () =>
    cgroupFor(expected, policy({ abi: 7, paths: [{ paths: [path], rights: [right] }] }));
  for (const path of [place, link, `${link}/cgroup.procs`]) {
    expect(attempt(path, 'write_file'), path).toThrow('the program could leave its cgroup');
  }
  // The twins: what is no cgroup, and what only reads. Then the place itself is missing.
  expect(attempt(own, 'write_file')).toThrow('/nowhere');
  expect(attempt(link, 'read_file')).toThrow('/nowhere');
});

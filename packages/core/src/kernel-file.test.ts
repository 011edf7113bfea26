/* A way to /proc that would read any file would be a way around `@sb/files`. */
import { closeSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { listKernelFolder, openKernelFile, readKernelBytes, readKernelFile, readKernelLink } from './kernel-file.js';

const isLinux = process.platform === 'linux';

describe('files of the kernel', () => {
  it.skipIf(!isLinux)('are read: the control', () => {
    expect(readKernelFile('/proc/self/status')).toContain('\nUid:');
    expect(readKernelBytes('/proc/self/status').length).toBeGreaterThan(0);
    expect(listKernelFolder('/proc/self/fd')).toContain('0');
    expect(readKernelLink('/proc/self/ns/pid')).toMatch(/^pid:/);
    expect(() => readKernelLink('/proc/self/fd/0')).not.toThrow();
    closeSync(openKernelFile('/proc/self/status'));
    expect(() => readKernelFile('/proc/self/nothing')).toThrow(/ENOENT/);
  });

  it.each([
    '/etc/passwd',
    'proc/self/status',
    '/process',
    '/proc/../etc/passwd',
    '/proc/self/root/etc/passwd',
    '/proc/self/cwd/package.json',
    '/proc/self/exe',
    '/proc/self/fd/0',
    '/proc/self/task/1/fd/3/x',
    '/proc/self/map_files/0-1',
  ])('do not include %s', (path) => {
    for (const read of [readKernelFile, readKernelBytes, openKernelFile, listKernelFolder]) {
      expect(() => read(path)).toThrow(TypeError);
    }
    expect(() => readKernelLink(`${path}/x`)).toThrow(TypeError);
  });
});

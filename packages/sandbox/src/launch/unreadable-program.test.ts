/* Where the kernel would let others of the user look into a process all the same (fs.suid_dumpable), as the file says. */
import type * as core from '@sb/core';
import { missing } from '@sb/test-kit';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { unreadableProgram } from './unreadable-program.js';

const kernel = vi.hoisted(() => ({ suidDumpable: '0\n' }));
vi.mock('@sb/core', async (importOriginal) => {
  const original = await importOriginal<typeof core>();
  const readKernelFile: typeof core.readKernelFile = (path) =>
    path === '/proc/sys/fs/suid_dumpable' ? kernel.suidDumpable : original.readKernelFile(path);
  return { ...original, readKernelFile };
});
afterEach(() => {
  kernel.suidDumpable = '0\n';
});

describe.skipIf(missing('linux'))('a copy that nobody can read', () => {
  it.each(['0\n', '2\n'])('is made where fs.suid_dumpable is %j: the control', (value) => {
    kernel.suidDumpable = value;
    expect(unreadableProgram('/bin/true').descriptor).toBeGreaterThan(2);
  });

  it('is refused where it is 1, since such a process could be looked into', () => {
    kernel.suidDumpable = '1\n';
    expect(() => unreadableProgram('/bin/true')).toThrow(
      expect.objectContaining({
        code: 'not-permitted',
        message: expect.stringContaining('fs.suid_dumpable is 1') as string,
      }),
    );
  });
});

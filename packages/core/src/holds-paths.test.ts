import * as fs from 'node:fs';

import { afterEach, describe, expect, it, vi } from 'vitest';

vi.mock('node:fs', { spy: true });

/** Whether paths are held by root if looking at /proc ends with an error. */
async function holds(code: string): Promise<boolean> {
  vi.resetModules();
  vi.mocked(fs.accessSync).mockImplementation(() => {
    throw Object.assign(new Error(code), { code });
  });
  vi.spyOn(process, 'geteuid').mockReturnValue(0);
  const { holdsPaths } = await import('./holds-paths.js');
  return holdsPaths();
}

afterEach(() => vi.restoreAllMocks());

describe.skipIf(process.platform !== 'linux')('paths of others', () => {
  it.each([
    ['EIO', true],
    ['EACCES', true],
    ['ENOMEM', true],
    ['ENOENT', false],
  ])('are held by root unless /proc is missing: %s', async (code, isHeld) => {
    expect(await holds(code)).toBe(isHeld);
  });
});

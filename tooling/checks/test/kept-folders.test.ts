/* SB_KEEP=1 leaves what a failing test staged. */
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, describe, expect, it, vi } from 'vitest';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
  vi.restoreAllMocks();
});

async function withKeep(value: string) {
  vi.stubEnv('SB_KEEP', value);
  const said = vi.spyOn(console, 'error').mockReturnValue();
  const path = mkdtempSync(join(tmpdir(), 'sb-test-'));
  return { ...(await import('../../test-kit/src/kept-folders.js')), path, said };
}

describe('a directory of a test', () => {
  it('goes at once, as a rule', async () => {
    const { finish, path } = await withKeep('');
    finish(path);
    expect(existsSync(path)).toBe(false);
  });

  it('stays where the test has failed, and its path is said', async () => {
    const { finish, settle, path, said } = await withKeep('1');
    finish(path);
    settle(true);
    expect(existsSync(path)).toBe(true);
    expect(said).toHaveBeenCalledWith(`kept: ${path}`);
    finish(path);
    settle(false);
    expect(existsSync(path)).toBe(false);
  });
});

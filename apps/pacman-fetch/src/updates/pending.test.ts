import { writeFileSync } from 'node:fs';

import { temporaryFolder } from '@sb/test-kit';
import { afterEach, describe, expect, it, vi } from 'vitest';

import { pendingUpdates } from './pending.js';

const { signal } = new AbortController();
afterEach(() => vi.unstubAllEnvs());

/** Asks a pacman that does this. */
async function ask(script: string): Promise<readonly string[]> {
  using folder = temporaryFolder();
  writeFileSync(folder.file('pacman'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  vi.stubEnv('PATH', `${folder.path}:${process.env['PATH']}`);
  return await pendingUpdates([], signal);
}

describe('pendingUpdates', () => {
  it('are the lines of pacman, without what is ignored, and none where it says none', async () => {
    expect(await ask('printf "a 1 -> 2\\nb 1 -> 2 [ignored]\\n"')).toEqual(['a 1 -> 2']);
    expect(await ask('exit 1')).toEqual([]);
  });

  it.each([
    ['kill -9 $$', 'pacman -Qu ended with a signal'],
    ['exit 127', 'pacman -Qu ended with 127'],
    ['echo "error: no database" >&2; exit 1', 'no database'],
    [
      "printf 'warning: w\\nerror: failed:\\n(root: /x)\\nnot there\\n' >&2; exit 255",
      'failed:\n(root: /x)\nnot there',
    ],
    ['echo "pacman: no such library" >&2; exit 127', 'pacman: no such library'],
  ])('are not none where pacman fails: %s', async (script, message) => {
    await expect(ask(script)).rejects.toMatchObject({ kind: 'download', message });
  });
});

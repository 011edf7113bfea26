import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runPacman } from './run-pacman.js';
import { runThrough } from './run-through.js';

const path = process.env['PATH'];
const folder = temporaryFolder();
const { signal } = new AbortController();

function standIn(script: string): void {
  mkdirSync(folder.file('bin'), { recursive: true });
  writeFileSync(folder.file('bin/pacman'), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

beforeEach(() => {
  process.env['PATH'] = `${folder.file('bin')}:${path}`;
});
afterEach(() => {
  process.env['PATH'] = path;
});

afterAll(() => folder[Symbol.dispose]());

describe.skipIf(missing('linux'))('runPacman', () => {
  it('gives what pacman says, in English', async () => {
    standIn('echo "$1 $LC_ALL"; echo why >&2; exit 3');
    expect(await runPacman(['-Q'], signal)).toEqual({ status: 3, stdout: '-Q C\n', stderr: 'why\n' });
  });

  it('ends one that says more than can be read', async () => {
    standIn('exec yes "$(printf %1000s)"');
    await expect(runPacman(['-Slq'], signal)).rejects.toThrow(/^pacman -Slq prints too much output/);
  });

  it('says why pacman cannot be started, without words of Node', async () => {
    standIn('');
    chmodSync(folder.file('bin/pacman'), 0o644);
    process.env['PATH'] = folder.file('bin');
    const why = {
      name: 'FetchError',
      kind: 'usage',
      message: 'pacman could not be started: it is not an executable file (EACCES)',
      hint: 'Install pacman again.',
    };
    await expect(runPacman(['-Q'], signal)).rejects.toMatchObject(why);
    await expect(runThrough(['-Q'])).rejects.toMatchObject(why);
    rmSync(folder.file('bin/pacman'));
    expect(await runPacman(['-Q'], signal)).toBeUndefined();
    await expect(runThrough(['-Q'])).rejects.toMatchObject({ message: 'pacman is not installed' });
  });
});

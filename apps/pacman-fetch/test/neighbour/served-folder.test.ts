/* Who downloads for root, where a neighbour serves the folder of the files by FUSE, and says whose it is. */
import { mkdirSync, writeFileSync } from 'node:fs';

import { compileC, missing, runProgram, stranger, temporaryFolder } from '@sb/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

import { program as fetch } from '../kit/fetch-program.js';

const program = temporaryFolder();
const served = program.file('served');

/** What `explain` says of the user, where a user serves a folder that is said to be daemon's. */
async function userFor(user: number): Promise<string> {
  using folder = temporaryFolder();
  const mount = folder.file('mnt');
  mkdirSync(mount);
  const config = folder.file('pacman.conf');
  writeFileSync(config, `[options]\nCacheDir = ${mount}/of-daemon\nDBPath = ${folder.path}\n`);
  const run = [process.execPath, fetch, 'explain', '--config', config];
  const own = [served, mount, String(user), '/nowhere', '0', ...run];
  const { stdout, stderr } = await runProgram('unshare', ['--mount', '--propagation', 'private', ...own]);
  return `${stdout}${stderr}`.replaceAll(/\s+/g, ' ');
}

describe.skipIf(missing('root', 'linux', 'unshare', 'fuse'))('who downloads for root', () => {
  beforeAll(async () => {
    await compileC(served, { from: import.meta.url, sources: ['../../../../packages/files/test/fixtures/served.c'] });
    return () => program[Symbol.dispose]();
  });

  it('is not chosen by the word of the neighbour who serves the directory', async () => {
    const text = await userFor(stranger.uid);
    expect(text).not.toContain('uid 1,');
    expect(text).toMatch(
      /Nothing is downloaded: \S+ can.t be used: \S+ lies on a file system that uid 61717 serves \(FUSE\)/,
    );
  });

  it('is the owner where root serves it: the control', async () => {
    expect(await userFor(0)).toContain('uid 1,');
  });
});

/* A netrc file on a file system of a neighbour's, by FUSE, that says it is root's alone. */
import { mkdirSync } from 'node:fs';

import { bundleFixture, compileC, missing, runProgram, stranger, temporaryFolder } from '@sb/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

const program = temporaryFolder();
const served = program.file('served');

/** What root takes from the file, where a user serves it. */
async function takenFrom(user: number): Promise<string> {
  using folder = temporaryFolder();
  mkdirSync(folder.file('mnt'));
  const fixture = bundleFixture(new URL('fixtures/netrc-of-others.ts', import.meta.url));
  const run = [process.execPath, fixture, folder.file('mnt/netrc')];
  const own = [served, folder.file('mnt'), String(user), '/nowhere', '0', ...run];
  const args = ['--mount', '--propagation', 'private', ...own];
  const { status, stdout, stderr } = await runProgram('unshare', args);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  return stdout;
}

describe.skipIf(missing('root', 'linux', 'unshare', 'fuse'))('a netrc file that', () => {
  beforeAll(async () => {
    await compileC(served, { from: import.meta.url, sources: ['../../files/test/fixtures/served.c'] });
    return () => program[Symbol.dispose]();
  });

  it('a neighbour serves as root’s gives root no password', async () => {
    expect(await takenFrom(stranger.uid)).toMatch(
      /netrc is not read: \S+\/mnt lies on a file system that uid 61717 serves \(FUSE\)/,
    );
  });

  it('root serves gives it: the control', async () => {
    expect(await takenFrom(0)).toBe('http://them:theirs@127.0.0.1/x');
  });
});

/* A rule of root's that names a path on a file system of a neighbour's, by FUSE, on which every link says that it is root's. */
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';

import { compileC, missing, runProgram, stranger, temporaryFolder } from '@sb/test-kit';
import { beforeAll, describe, expect, it } from 'vitest';

import { sbRunPath } from '../sb-run.js';

const program = temporaryFolder();
const served = program.file('served');

describe.skipIf(missing('root', 'linux', 'unshare', 'landlock7', 'fuse'))('a rule of root’s', () => {
  beforeAll(async () => {
    await compileC(served, { from: import.meta.url, sources: ['../../../files/test/fixtures/served.c'] });
    return () => program[Symbol.dispose]();
  });

  /** What a program reads by a rule for a link, on a file system that a user serves and beside it. */
  async function read(place: 'mnt' | 'beside') {
    using folder = temporaryFolder();
    for (const name of ['mnt', 'beside']) mkdirSync(folder.file(name));
    writeFileSync(folder.file('secret'), 'secret', { mode: 0o600 });
    symlinkSync(folder.file('secret'), folder.file('beside/link'));
    const rule = ['--fs', 'minimal', '--ro', folder.file(place, 'link'), '--rx', '/usr/bin', '--rx', '/bin'];
    const run = [process.execPath, sbRunPath(), ...rule, '--', 'cat', folder.file('secret')];
    const own = [served, folder.file('mnt'), String(stranger.uid), folder.file('secret'), '0', ...run];
    const { status, stdout, stderr } = await runProgram('unshare', ['--mount', '--propagation', 'private', ...own]);
    return { status, stdout, stderr };
  }

  it('grants what a link of root’s leads to: the control', async () => {
    expect(await read('beside')).toEqual({ status: 0, stdout: 'secret', stderr: '' });
  });

  it('grants nothing by a link that a neighbour serves as root’s', async () => {
    expect(await read('mnt')).toMatchObject({
      status: 125,
      stdout: '',
      stderr: expect.stringMatching(/belongs to another user, who can change its target/) as string,
    });
  });
});

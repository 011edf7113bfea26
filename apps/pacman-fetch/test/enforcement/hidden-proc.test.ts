/* A /proc that says less than the kernel knows: what it doesn't say counts for nothing. */
import { readFileSync, writeFileSync } from 'node:fs';

import { missing, type ProgramResult, runProgram, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { environment, program } from '../kit/fetch-program.js';
import { type Mirror, startMirror } from '../kit/mirror.js';

let mirror: Mirror;
let folder: TemporaryFolder;

beforeAll(async () => {
  mirror = await startMirror({ '/x': Buffer.from('content') });
});
afterAll(async () => await mirror[Symbol.asyncDispose]());
beforeEach(() => {
  folder = temporaryFolder();
  writeFileSync(folder.file('pacman.conf'), '[options]\nSandboxUser = nobody\n');
});
afterEach(() => folder[Symbol.dispose]());

/** Downloads into FILE in place, in a mount namespace of its own, after a change there. */
async function download(change: string): Promise<ProgramResult> {
  const args = ['--config', folder.file('pacman.conf'), '-o', folder.file('x.part'), `${mirror.origin}/x`];
  const script = ['--mount', '--propagation', 'private', 'sh', '-c', `${change} && exec "$@"`, 'sh'];
  return await runProgram('unshare', [...script, process.execPath, program, ...args], { env: environment });
}

describe.skipIf(missing('root', 'linux', 'unshare', 'landlock6'))('FILE in place', () => {
  it('is downloaded where /proc shows everything: the control', async () => {
    expect(await download('true')).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(folder.file('x.part'), 'utf8')).toBe('content');
  });

  it('is downloaded by a worker where /proc doesn’t say whether others may take its descriptor', async () => {
    expect(await download('mount -t proc -o subset=pid proc /proc')).toMatchObject({ status: 0, stderr: '' });
    expect(readFileSync(folder.file('x.part'), 'utf8')).toBe('content');
  });
});

/* File systems that can't put a folder on the disk: vboxsf, some of FUSE (fsync(2)). */
import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { pathToFileURL } from 'node:url';

import { compileC, missing, temporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

import { runBatch } from './kit/batch.js';

const content = 'The quick brown fox jumps over the lazy dog.\n';
const folder = temporaryFolder();
const library = folder.file('fsync.so');
const { EINVAL, ENOTSUP, ENOSYS, EIO, ENOSPC } = constants.errno;

/** Downloads a file where fsync(2) of one kind fails. */
async function download(of: 'folder' | 'file', errno: number): Promise<readonly string[] | undefined> {
  const prefix = ['env', `LD_PRELOAD=${library}`, `SB_OF=${of}`, `SB_ERRNO=${errno}`];
  const sources = [pathToFileURL(folder.file('source')).href];
  return await runBatch({ requests: [{ sources, to: folder.file('x') }], prefix });
}

describe.skipIf(missing('root', 'linux', 'landlock6'))('a file', () => {
  beforeAll(async () => {
    writeFileSync(folder.file('source'), content);
    await compileC(library, { from: import.meta.url, sources: ['fixtures/fsync.c'], flags: ['-shared', '-fPIC'] });
  });
  afterAll(() => folder[Symbol.dispose]());
  afterEach(() => {
    rmSync(folder.file('x'), { force: true });
    rmSync(folder.file('x.part'), { force: true });
  });

  it.each([
    ['EINVAL', EINVAL],
    ['ENOTSUP', ENOTSUP],
    ['ENOSYS', ENOSYS],
  ])('gets its name if its directory does not support fsync: %s', async (_, errno) => {
    expect(await download('folder', errno)).toEqual(['done']);
    expect(readFileSync(folder.file('x'), 'latin1')).toBe(content);
  });

  it.each([
    ['EIO', EIO, 'the disk reports an error (EIO)'],
    ['ENOSPC', ENOSPC, 'no space left on the disk (ENOSPC)'],
  ])('is reported as failed if its directory could not be synced: %s', async (_, errno, reason) => {
    expect(await download('folder', errno)).toEqual([expect.stringContaining(`could not be finished: ${reason}`)]);
  });

  it('gets no name if its own fsync fails', async () => {
    expect(await download('file', EINVAL)).toEqual([
      expect.stringContaining('could not be finished: EINVAL (invalid argument)'),
    ]);
    expect(readdirSync(folder.path)).not.toContain('x');
  });
});

import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { runBatch } from './kit/batch.js';
import { type PrivateDisk, privateDisk } from './kit/private-disk.js';
import { fileServer, type RawServer } from './kit/server.js';

const small = 'A small file.\n'.repeat(1000);
const large = 'A large file, and more.\n'.repeat(20_000);
const files = { '/a': small, '/large': large, '/b': small };

let folder: TemporaryFolder;
let server: RawServer;
beforeEach(async () => {
  folder = temporaryFolder();
  server = await fileServer(files);
});
afterEach(async () => {
  await server[Symbol.asyncDispose]();
  folder[Symbol.dispose]();
});

/** Downloads a small file, a large one and another small one, in this order. */
async function download({ path, prefix }: PrivateDisk): Promise<readonly string[] | undefined> {
  const requests = ['a', 'large', 'b'].map((name) => ({
    sources: [`${server.origin}/${name}`],
    to: join(path, name),
  }));
  return await runBatch({ requests, options: { parallel: 1 }, prefix });
}

describe.skipIf(missing('root', 'linux', 'landlock6', 'unshare'))('a disk', () => {
  it('that is full fails the files without space, harms no other file, and the download resumes later', async () => {
    await using disk = await privateDisk(folder.file('disk'), 'size=400k,mode=755');
    writeFileSync(join(disk.outside, 'old'), small);
    // What came of the large file stays, so there is no room for what comes after it either.
    const full = expect.stringMatching(/^disk-full: No space left on the disk \(ENOSPC\)/);
    expect(await download(disk)).toEqual(['done', full, full]);
    expect(readdirSync(disk.outside).sort()).toEqual(['a', 'large.part', 'old']);
    for (const name of ['a', 'old']) expect(readFileSync(join(disk.outside, name), 'latin1')).toBe(small);
    const came = readFileSync(join(disk.outside, 'large.part'), 'latin1');
    expect(came.length).toBeGreaterThan(300_000);
    expect(large.startsWith(came)).toBe(true);
    disk.remount('size=2m');
    expect(await download(disk)).toEqual(['done', 'done', 'done']);
    expect(readdirSync(disk.outside).sort()).toEqual(['a', 'b', 'large', 'old']);
    expect(readFileSync(join(disk.outside, 'large'), 'latin1')).toBe(large);
    expect(server.requests.filter((head) => head.includes(`range: bytes=${came.length}-`))).toHaveLength(1);
  });

  it('without space for another name is named as the reason', async () => {
    // The root of the file system, and two files.
    await using disk = await privateDisk(folder.file('disk'), 'nr_inodes=3,size=2m,mode=755');
    const full = expect.stringMatching(
      /^disk-full: .*\/b\.part can't be written: no space left on the disk \(ENOSPC\)$/,
    );
    expect(await download(disk)).toEqual(['done', 'done', full]);
    expect(readdirSync(disk.outside).sort()).toEqual(['a', 'large']);
  });

  it('that is read-only fails each file with its own error, and no server is asked', async () => {
    await using disk = await privateDisk(folder.file('disk'), 'size=2m,mode=755');
    writeFileSync(join(disk.outside, 'large.part'), 'begun');
    disk.remount('ro');
    const refused = expect.stringMatching(/^file: .*\.part can't be written: the file system is read-only \(EROFS\)$/);
    expect(await download(disk)).toEqual([refused, refused, refused]);
    expect(server.requests).toEqual([]);
    expect(statSync(join(disk.outside, 'large.part')).size).toBe(5);
    expect(readdirSync(disk.outside)).toEqual(['large.part']);
  });
});

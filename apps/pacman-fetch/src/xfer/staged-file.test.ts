/* What a command leaves where it could write: only a checked copy of it gets the name. */
import {
  chownSync,
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { createHash } from 'node:crypto';

import { Folder } from '@sb/files';
import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { type Expected, StagedFile } from './staged-file.js';

let place: TemporaryFolder;
let folders: readonly Folder[];
beforeEach(() => {
  place = temporaryFolder();
  for (const name of ['cache', 'stage']) mkdirSync(place.file(name));
  writeFileSync(place.file('victim'), 'left');
  folders = ['cache', 'stage'].map((name) => Folder.open(place.file(name)));
});
afterEach(() => {
  for (const folder of folders) folder.close();
  place[Symbol.dispose]();
});

const staged = (): string => place.file('stage', 'x.part');
const sha256Of = (bytes: Buffer | undefined): string =>
  createHash('sha256')
    .update(bytes ?? '')
    .digest('hex');
const sha256 = sha256Of(Buffer.from('left'));

interface Taken extends Partial<Expected> {
  readonly uid?: number;
  readonly signal?: AbortSignal;
}

async function take({ uid, signal = new AbortController().signal, ...expected }: Taken = {}): Promise<StagedFile> {
  const [cache, stage] = folders as readonly [Folder, Folder];
  const to = place.file('cache', 'x');
  const left = { folder: stage, name: 'x.part', uid };
  const copyPlace = { folder: cache, copyName: 'copy' };
  return await StagedFile.take(left, copyPlace, { expected: { to, ...expected }, signal });
}

describe.skipIf(missing('linux'))('what a command has left', () => {
  it.each([
    ['of the past', new Date('2020-02-03T04:05:06Z'), '2020'],
    ['that is yet to come', new Date('2099-01-01T00:00:00Z'), String(new Date().getUTCFullYear())],
  ])('has its time %s: one that can be meant', async (_, time, year) => {
    writeFileSync(staged(), 'left');
    utimesSync(staged(), time, time);
    using file = await take();
    file.commit();
    const { mtime } = statSync(place.file('cache', 'x'));
    expect(String(mtime.getUTCFullYear())).toBe(year);
    expect(file.lastModified.getUTCFullYear()).toBe(Number(year));
  });

  it('gets its name as a copy, which who has the original open can not change', async () => {
    writeFileSync(staged(), 'left', { mode: 0o600 });
    const held = openSync(staged(), 'r+');
    using file = await take({ size: 4, sha256, maxBytes: 4 });
    writeSync(held, 'evil', 0);
    closeSync(held);
    expect(readdirSync(place.file('cache'))).toEqual(['copy']);
    file.commit();
    expect(readdirSync(place.file('cache'))).toEqual(['x']);
    expect(readFileSync(place.file('cache', 'x'), 'utf8')).toBe('left');
    expect(statSync(place.file('cache', 'x')).mode).toBe(0o100_644);
  });

  it.each<readonly [what: string, leave: () => void, expected: Partial<Expected>, why: RegExp]>([
    ['nothing', () => {}, {}, /it did not leave a file \(ENOENT\)/],
    [
      'another name of a file',
      () => linkSync(place.file('victim'), staged()),
      {},
      /is not a regular file, has a second name/,
    ],
    ['a symbolic link', () => symlinkSync(place.file('victim'), staged()), {}, /did not leave a file/],
    ['a folder', () => mkdirSync(staged()), {}, /is not a regular file, has a second name/],
    ['another size', () => writeFileSync(staged(), 'left'), { size: 5 }, /it left 4 bytes, not 5/],
    ['more than it may', () => writeFileSync(staged(), 'left'), { maxBytes: 3 }, /it is larger than 3 bytes/],
    ['more than it has to', () => writeFileSync(staged(), 'left'), { size: 3 }, /it is larger than 3 bytes/],
    ['other bytes', () => writeFileSync(staged(), 'evil'), { sha256 }, /its SHA-256 is not the expected one/],
    ['another format', () => writeFileSync(staged(), 'left'), { magic: [{ bytes: '1f8b' }] }, /may be a login page/],
  ])('is not taken where that is %s, and no copy stays', async (_, leave, expected, why) => {
    leave();
    await expect(take(expected)).rejects.toThrow(why);
    expect(readdirSync(place.file('cache'))).toEqual([]);
  });

  it.skipIf(missing('root'))('is not taken where that is somebody else’s, whom all may not read', async () => {
    writeFileSync(staged(), 'left', { mode: 0o600 });
    chownSync(staged(), 7, 7);
    await expect(take()).rejects.toThrow(/is not a regular file, has a second name/);
    // The twin: whom the command ran as.
    using file = await take({ uid: 7 });
    expect(file.size).toBe(4);
  });

  it('takes no more of the disk than that does, at any size', async () => {
    const MiB = 1 << 20;
    // Full at its begin, within a chunk, at the end of one, and at its own.
    const full = [0, 3 * MiB + 8192, 5 * MiB - 4096, 64 * MiB + 4096];
    const held = openSync(staged(), 'w');
    for (const at of full) writeSync(held, 'left', at);
    closeSync(held);
    using file = await take();
    file.commit();
    const [original, copy] = [staged(), place.file('cache', 'x')].map((path) => readFileSync(path));
    expect(copy?.equals(original ?? Buffer.alloc(0))).toBe(true);
    expect(file).toMatchObject({ size: 64 * MiB + 4100, sha256: sha256Of(original) });
    expect(statSync(place.file('cache', 'x')).blocks).toBeLessThanOrEqual(statSync(staged()).blocks);
    // A file that ends with a hole.
    truncateSync(staged(), 2 * MiB);
    using shorter = await take();
    expect(shorter.size).toBe(2 * MiB);
    expect(statSync(place.file('cache', 'copy')).size).toBe(2 * MiB);
  });

  it('is copied until a signal comes, and no copy stays', async () => {
    writeFileSync(staged(), 'left');
    truncateSync(staged(), 64 * 1024 ** 3);
    const asked = new Error('asked');
    const controller = new AbortController();
    const taken = take({ signal: controller.signal });
    setTimeout(() => controller.abort(asked), 100);
    await expect(taken).rejects.toBe(asked);
    expect(readdirSync(place.file('cache'))).toEqual([]);
  });
});

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
const sha256 = createHash('sha256').update('left').digest('hex');

function take(expected: Partial<Expected> = {}): StagedFile {
  const [cache, stage] = folders as readonly [Folder, Folder];
  const to = place.file('cache', 'x');
  return new StagedFile({ folder: stage, name: 'x.part' }, { folder: cache, copyName: 'copy' }, { to, ...expected });
}

describe.skipIf(missing('linux'))('what a command has left', () => {
  it.each([
    ['of the past', new Date('2020-02-03T04:05:06Z'), '2020'],
    ['that is yet to come', new Date('2099-01-01T00:00:00Z'), String(new Date().getUTCFullYear())],
  ])('has its time %s: one that can be meant', (_, time, year) => {
    writeFileSync(staged(), 'left');
    utimesSync(staged(), time, time);
    using file = take();
    file.commit();
    const { mtime } = statSync(place.file('cache', 'x'));
    expect(String(mtime.getUTCFullYear())).toBe(year);
    expect(file.lastModified.getUTCFullYear()).toBe(Number(year));
  });

  it('gets its name as a copy, which who has the original open can not change', () => {
    writeFileSync(staged(), 'left', { mode: 0o600 });
    const held = openSync(staged(), 'r+');
    using file = take({ size: 4, sha256, maxBytes: 4 });
    writeSync(held, 'evil', 0);
    closeSync(held);
    expect(readdirSync(place.file('cache'))).toEqual(['copy']);
    file.commit();
    expect(readdirSync(place.file('cache'))).toEqual(['x']);
    expect(readFileSync(place.file('cache', 'x'), 'utf8')).toBe('left');
    expect(statSync(place.file('cache', 'x')).mode).toBe(0o100_644);
  });

  it.each<readonly [what: string, leave: () => void, expected: Partial<Expected>, why: RegExp]>([
    ['nothing', () => {}, {}, /it left no file \(ENOENT\)/],
    ['another name of a file', () => linkSync(place.file('victim'), staged()), {}, /is no file of its own/],
    ['a symbolic link', () => symlinkSync(place.file('victim'), staged()), {}, /no file/],
    ['a folder', () => mkdirSync(staged()), {}, /is no file of its own/],
    ['another size', () => writeFileSync(staged(), 'left'), { size: 5 }, /it left 4 bytes, and not 5/],
    ['more than it may', () => writeFileSync(staged(), 'left'), { maxBytes: 3 }, /it is larger than 3 bytes/],
    ['more than it has to', () => writeFileSync(staged(), 'left'), { size: 3 }, /it is larger than 3 bytes/],
    ['other bytes', () => writeFileSync(staged(), 'evil'), { sha256 }, /its SHA-256 is not the one asked for/],
    [
      'another format',
      () => writeFileSync(staged(), 'left'),
      { magic: [{ bytes: '1f8b' }] },
      /may be the page of a login/,
    ],
  ])('is not taken where that is %s, and no copy stays', (_, leave, expected, why) => {
    leave();
    expect(() => take(expected)).toThrow(why);
    expect(readdirSync(place.file('cache'))).toEqual([]);
  });

  it.skipIf(missing('root'))('is not taken where that is somebody else’s, whom all may not read', () => {
    writeFileSync(staged(), 'left', { mode: 0o600 });
    chownSync(staged(), 7, 7);
    expect(() => take()).toThrow(/is no file of its own/);
    // The twin: whom the command ran as.
    const [cache, stage] = folders as readonly [Folder, Folder];
    const to = place.file('cache', 'x');
    using file = new StagedFile({ folder: stage, name: 'x.part', uid: 7 }, { folder: cache, copyName: 'copy' }, { to });
    expect(file.size).toBe(4);
  });
});

/* What the self-test lays out for others to use: nobody but us may change the program that is executed without a sandbox. */
import {
  chmodSync,
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname } from 'node:path';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { BaitFiles } from './bait-files.js';

const user = { uid: 65_534, gid: 65_534 };
const program = Buffer.from('a program');

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
  vi.stubEnv('TMPDIR', folder.path);
});
afterEach(() => {
  vi.unstubAllEnvs();
  folder[Symbol.dispose]();
});

const modeOf = (path: string): string => {
  const { uid, gid, mode } = statSync(path);
  return `${uid}:${gid} ${(mode & 0o7777).toString(8)}`;
};

describe.skipIf(missing('linux', 'root'))('the files of a self-test', () => {
  it('are root’s, and the user may write in one directory by its group', () => {
    using files = new BaitFiles(program, user);
    expect(modeOf(files.folder)).toBe('0:0 755');
    expect(modeOf(files.program)).toBe('0:0 755');
    expect(readFileSync(files.program)).toEqual(program);
    // By its group: an owner could lease it.
    expect(modeOf(files.file)).toBe('0:65534 660');
    // Likewise: an owner could close it between a control and an attempt.
    expect(modeOf(dirname(files.made))).toBe('0:65534 770');
    expect(dirname(files.link)).toBe(dirname(files.made));
  });

  it('go, with what the user has made, and links of the user’s lead nowhere', () => {
    mkdirSync(folder.file('precious'));
    writeFileSync(folder.file('precious', 'file'), '');
    const files = new BaitFiles(program, user);
    mkdirSync(files.made);
    symlinkSync(folder.file('precious'), files.link);
    files.clear();
    expect(readdirSync(dirname(files.made))).toEqual([]);
    symlinkSync(folder.file('precious'), files.link);
    files[Symbol.dispose]();
    expect(readdirSync(folder.path)).toEqual(['precious']);
    expect(readdirSync(folder.file('precious'))).toEqual(['file']);
  });

  it.each([
    ['another user’s', () => chownSync(folder.path, 65_534, 0), 'belongs to uid 65534'],
    ['open to all', () => chmodSync(folder.path, 0o777), 'is writable for all'],
  ])('are not made in a directory that is %s', (_, spoil, why) => {
    spoil();
    expect(() => new BaitFiles(program, user)).toThrow(`${basename(folder.path)} ${why}`);
    expect(readdirSync(folder.path)).toEqual([]);
  });
});

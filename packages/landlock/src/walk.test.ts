import { mkdirSync, openSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import type { FsRight } from './rights.js';
import { startOf } from './walk.js';

describe('startOf', () => {
  let folder: TemporaryFolder;
  const at = (name: string) => `${folder.path}/${name}`;
  beforeEach(() => {
    folder = temporaryFolder();
    for (const name of ['a', 'a/inner', 'b']) mkdirSync(at(name));
    writeFileSync(at('file'), '');
    symlinkSync('a/inner', at('to-inner'));
    symlinkSync('b/unborn', at('dangling'));
    symlinkSync('circle', at('circle'));
  });
  afterEach(() => folder[Symbol.dispose]());

  it.each<[path: string, right: FsRight, start: string]>([
    ['to-inner/../x', 'read_file', 'a/x'],
    ['to-inner', 'read_dir', 'a/inner'],
    ['to-inner/.', 'read_dir', 'a/inner'],
    ['to-inner/', 'read_dir', 'a/inner'],
    ['to-inner', 'remove_file', '.'],
    // A folder is moved out of the one that holds it, whatever it grants itself.
    ['a/inner', 'refer', 'a'],
    ['dangling', 'write_file', 'b/unborn'],
    ['dangling', 'make_reg', 'b'],
    // Neither mkdir nor unlink follows a link.
    ['dangling', 'make_dir', '.'],
    ['dangling', 'remove_file', '.'],
    ['b/new/', 'make_dir', 'b'],
    ['b/new', 'make_reg', 'b'],
  ])('for %s and %s is %s', (path, right, start) => {
    expect(startOf(at(path), right)).toBe(start === '.' ? folder.path : at(start));
  });

  it.each<[path: string, right: FsRight, errno: string]>([
    ['file/', 'read_file', 'ENOTDIR'],
    ['file/.', 'read_file', 'ENOTDIR'],
    ['file/..', 'read_dir', 'ENOTDIR'],
    ['to-inner/', 'remove_file', 'ENOTDIR'],
    ['gone/x', 'read_file', 'ENOENT'],
    ['gone/../file', 'read_file', 'ENOENT'],
    ['gone/', 'write_file', 'ENOENT'],
    ['circle', 'read_file', 'ELOOP'],
    ['a/..', 'remove_dir', 'EINVAL'],
  ])('finds nothing for %s and %s: %s', (path, right, errno) => {
    const error = expect.objectContaining({ code: 'path-missing', errno });
    expect(() => startOf(at(path), right)).toThrow(error);
  });

  it.skipIf(missing('linux'))('takes an open file for the one that its link names, or refuses', () => {
    const link = `/proc/self/fd/${openSync(at('file'), 'r')}`;
    expect(startOf(link, 'read_file')).toBe(at('file'));
    unlinkSync(at('file'));
    // The link says "… (deleted)" now; where that is made, it is another file.
    expect(() => startOf(link, 'read_file')).toThrow(expect.objectContaining({ code: 'syscall-failed' }));
    writeFileSync(at('file (deleted)'), '');
    expect(() => startOf(link, 'read_file')).toThrow(/a file without a path/);
  });
});

/* A file that is only content, where a neighbour would have root read another one. */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  closeSync,
  copyFileSync,
  lchownSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openContentFile } from './content-file.js';

const nobody = 65_534;

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('theirs'));
  writeFileSync(folder.file('secret'), 'root’s', { mode: 0o600 });
  writeFileSync(folder.file('theirs/file'), 'theirs');
  chownSync(folder.file('theirs'), nobody, nobody);
  chownSync(folder.file('theirs/file'), nobody, nobody);
});
afterEach(() => folder[Symbol.dispose]());

function read(path: string): string {
  const descriptor = openContentFile(folder.file(path));
  try {
    return readFileSync(descriptor, 'utf8');
  } finally {
    closeSync(descriptor);
  }
}

function link(target: string, uid: number): void {
  symlinkSync(target, folder.file('theirs/link'));
  lchownSync(folder.file('theirs/link'), uid, uid);
}

describe.skipIf(missing('root', 'linux'))('root', () => {
  it('reads files of any user, also through a link of the same owner or of root: the controls', () => {
    expect(read('secret')).toBe('root’s');
    expect(read('theirs/file')).toBe('theirs');
    link('file', nobody);
    expect(read('theirs/link')).toBe('theirs');
    symlinkSync('secret', folder.file('own'));
    expect(read('own')).toBe('root’s');
  });

  it('is not led to its own files by a neighbour’s link', () => {
    link('../secret', nobody);
    expect(() => read('theirs/link')).toThrow('a symbolic link of uid 65534 leads to a file of uid 0');
  });

  it('does not disclose its own file that a neighbour has moved to the place of another', () => {
    renameSync(folder.file('secret'), folder.file('theirs/moved'));
    expect(() => read('theirs/moved')).toThrow(
      'not all users may read it, and another user than its owner may have moved it there',
    );
    mkdirSync(folder.file('sticky'));
    chmodSync(folder.file('sticky'), 0o1777);
    copyFileSync(folder.file('theirs/moved'), folder.file('sticky/moved'));
    chmodSync(folder.file('sticky/moved'), 0o600);
    expect(() => read('sticky/moved')).toThrow('not all users may read it');
    // Of the neighbour's own, and of what all may read, nothing is given away.
    chmodSync(folder.file('theirs/file'), 0o600);
    expect(read('theirs/file')).toBe('theirs');
    chmodSync(folder.file('theirs/moved'), 0o644);
    expect(read('theirs/moved')).toBe('root’s');
  });

  it('does not wait for a pipe, and opens no device and no directory', () => {
    execFileSync('mkfifo', [folder.file('theirs/pipe')]);
    for (const name of ['theirs/pipe', 'theirs']) expect(() => read(name)).toThrow('it is not a regular file');
    expect(() => openContentFile('/dev/zero')).toThrow('it is not a regular file');
  });

  it('reads a descriptor that the caller passed', () => {
    const given = openSync(folder.file('secret'), 'r');
    const descriptor = openContentFile(`/dev/fd/${given}`);
    expect(readFileSync(descriptor, 'utf8')).toBe('root’s');
    for (const one of [given, descriptor]) closeSync(one);
  });
});

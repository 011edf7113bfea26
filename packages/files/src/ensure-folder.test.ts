/* Folders that root makes, where a neighbour may put others in their place. */
import { chmodSync, chownSync, existsSync, lchownSync, mkdirSync, statSync, symlinkSync } from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { ensureFolder } from './ensure-folder.js';

const nobody = 65_534;

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => folder[Symbol.dispose]());

function ensure(path: string): void {
  ensureFolder(folder.file(path)).close();
}

describe.skipIf(missing('root', 'linux'))('root', () => {
  it('creates missing directories, and opens existing ones: the control', () => {
    for (const round of [1, 2]) {
      ensure('a/b/c');
      expect(statSync(folder.file('a/b/c')).isDirectory(), `round ${round}`).toBe(true);
    }
    symlinkSync('a', folder.file('own'));
    ensure('own/d');
    expect(existsSync(folder.file('a/d'))).toBe(true);
  });

  it('creates none below a neighbour’s, nor through a neighbour’s link', () => {
    mkdirSync(folder.file('theirs'));
    chownSync(folder.file('theirs'), nobody, nobody);
    mkdirSync(folder.file('elsewhere'));
    symlinkSync('elsewhere', folder.file('link'));
    lchownSync(folder.file('link'), nobody, nobody);
    expect(() => ensure('theirs/a/b')).toThrow('so other users could change where the path leads');
    expect(() => ensure('link/a')).toThrow('is a symbolic link of uid 65534');
    expect(existsSync(folder.file('elsewhere/a'))).toBe(false);
  });

  it('refuses everything that is not a directory', () => {
    symlinkSync('nowhere', folder.file('gone'));
    expect(() => ensure('gone')).toThrow(/ENOENT/);
    expect(existsSync(folder.file('nowhere'))).toBe(false);
    expect(() => ensure('gone/x')).toThrow(/ENOENT/);
    chmodSync(folder.path, 0o1777);
    expect(() => ensure('gone')).toThrow('is a symbolic link in a directory that is writable for all');
  });
});

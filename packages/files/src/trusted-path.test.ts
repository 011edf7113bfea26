/* Folders above a cache whose group or owner could exchange what lies in them. */
import { chmodSync, chownSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Folder } from './folder.js';

const nobody = 65_534;

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('top/pkg'), { recursive: true });
});
afterEach(() => folder[Symbol.dispose]());

function open(path: string): void {
  Folder.open(folder.file(path)).close();
}

describe.skipIf(missing('root', 'linux'))('root', () => {
  it.each([
    [0, nobody, '0o775', 'is writable for the group 65534'],
    [0, nobody, '0o2775', 'is writable for the group 65534'],
    [0, nobody, '0o777', 'is writable for all'],
    [0, 0, '0o777', 'is writable for all'],
    [0, 0, '0o702', 'is writable for all'],
    [nobody, 0, '0o755', 'belongs to uid 65534'],
    [nobody, 0, '0o1777', 'belongs to uid 65534'],
  ])('refuses a directory of %i:%i with mode %s on the path', (uid, gid, mode, why) => {
    chownSync(folder.file('top'), uid, gid);
    chmodSync(folder.file('top'), Number(mode));
    expect(() => open('top/pkg')).toThrow(
      `${folder.file('top')} ${why}, so other users could change where the path leads`,
    );
  });

  it.each([
    [0, 0, '0o755'],
    [0, 0, '0o775'],
    [0, nobody, '0o755'],
    [0, nobody, '0o1775'],
    [0, 0, '0o1777'],
  ])('accepts one of %i:%i with mode %s: the twin', (uid, gid, mode) => {
    chownSync(folder.file('top'), uid, gid);
    chmodSync(folder.file('top'), Number(mode));
    expect(() => open('top/pkg')).not.toThrow();
  });

  it('uses a directory of any user', () => {
    chownSync(folder.file('top/pkg'), nobody, nobody);
    chmodSync(folder.file('top/pkg'), 0o777);
    expect(() => open('top/pkg')).not.toThrow();
  });

  it('follows links of root only', () => {
    symlinkSync('top', folder.file('link'));
    expect(() => open('link/pkg')).not.toThrow();
    lchownSync(folder.file('link'), nobody, nobody);
    expect(() => open('link/pkg')).toThrow(`${folder.file('link')} is a symbolic link of uid 65534`);
    symlinkSync('loop', folder.file('loop'));
    expect(() => open('loop')).toThrow('in a circle');
  });

  it('follows no link that any user can have moved to a sticky directory, and one in root’s own: the twin', () => {
    mkdirSync(folder.file('sticky'));
    for (const name of ['link', 'sticky/link']) symlinkSync(folder.file('top'), folder.file(name));
    for (const [mode, gid, why] of [
      [0o1777, 0, 'is writable for all'],
      [0o1775, nobody, 'is writable for the group 65534'],
    ] as const) {
      chownSync(folder.file('sticky'), 0, gid);
      chmodSync(folder.file('sticky'), mode);
      expect(() => open('sticky/link/pkg')).toThrow(
        `${folder.file('sticky/link')} is a symbolic link in a directory that ${why}`,
      );
    }
    expect(() => open('link/pkg')).not.toThrow();
    chmodSync(folder.file('sticky'), 0o755);
    expect(() => open('sticky/link/pkg')).not.toThrow();
  });

  it('names the flaw of the path', () => {
    expect(() => open('none')).toThrow(/none can't be used: ENOENT \(no such file or directory\)\. Create it first\.$/);
    expect(() => open('none/pkg')).toThrow(/pkg can't be used: ENOENT \(/);
    writeFileSync(folder.file('file'), '');
    for (const path of ['file', 'file/pkg']) {
      expect(() => open(path)).toThrow(
        /can't be used: ENOTDIR \(not a directory\)\. It or a part of its path is a file; choose another path\.$/,
      );
    }
  });
});

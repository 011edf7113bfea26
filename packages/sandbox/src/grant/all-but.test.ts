import { linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import { temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { AllBut } from './all-but.js';

/** A folder with files at these paths. */
function folderWith(...paths: readonly string[]) {
  const folder = temporaryFolder();
  for (const path of paths) {
    mkdirSync(dirname(folder.file(path)), { recursive: true });
    writeFileSync(folder.file(path), path);
  }
  return folder;
}

describe('AllBut', () => {
  it('grants a directory as it is where nothing is left out, and nothing where all is', () => {
    using folder = folderWith('a/b', 'secret/key');
    const all = new AllBut([folder.file('secret')]);
    expect(all.within(folder.file('a'))).toEqual([folder.file('a')]);
    expect(all.within(folder.file('not-there'))).toEqual([folder.file('not-there')]);
    expect(all.within(folder.file('secret'))).toEqual([]);
    expect(all.within(folder.file('secret/key'))).toEqual([]);
  });

  it('grants what lies beside, as deep as it has to', () => {
    using folder = folderWith('a', 'b/c', 'b/secret/key', 'b/secret-not', 'd/e/f', 'd/e/token', 'd/g');
    const all = new AllBut([folder.file('b/secret'), folder.file('d/e/token'), folder.file('not/there')]);
    const expected = ['a', 'b/c', 'b/secret-not', 'd/e/f', 'd/g'].map((path) => folder.file(path));
    expect(all.within(folder.path).toSorted()).toEqual(expected);
  });

  it('grants what lies beside what isn’t there yet', () => {
    using folder = folderWith('a', 'b/c');
    expect(new AllBut([folder.file('.later')]).within(folder.path).toSorted()).toEqual(
      ['a', 'b'].map((one) => folder.file(one)),
    );
  });

  it('grants no link beside what is left out, and no other name of that file', () => {
    using folder = folderWith('a', 'secret', 'b/key');
    symlinkSync('secret', folder.file('link'));
    symlinkSync('b', folder.file('to-b'));
    linkSync(folder.file('secret'), folder.file('alias'));
    linkSync(folder.file('a'), folder.file('a-too'));
    const granted = new AllBut([folder.file('secret')]).within(folder.path);
    expect(granted.toSorted()).toEqual(['a', 'a-too', 'b'].map((one) => folder.file(one)));
  });

  it('sees through links on the way to a directory', () => {
    using folder = folderWith('real/secret', 'real/a');
    symlinkSync('real', folder.file('link'));
    const all = new AllBut([folder.file('real/secret')]);
    expect(all.within(folder.file('link'))).toEqual([folder.file('real/a')]);
    expect(all.within(folder.file('link/secret'))).toEqual([]);
  });

  it('is not taken in by a name that only begins like one that is left out', () => {
    using folder = folderWith('.ssh-not/a', '.ssh/key');
    const all = new AllBut([folder.file('.ssh')]);
    expect(all.within(folder.file('.ssh-not'))).toEqual([folder.file('.ssh-not')]);
  });
});

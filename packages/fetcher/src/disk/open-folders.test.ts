import { existsSync, mkdirSync, renameSync } from 'node:fs';

import { temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { Destination } from './destination.js';
import { OpenFolders } from './open-folders.js';

describe('the directories of a batch', () => {
  it('are opened once: all files of a path are in one directory, wherever the path leads by then', () => {
    using folder = temporaryFolder();
    using folders = new OpenFolders();
    mkdirSync(folder.file('cache'));
    const first = Destination.beside(folder.file('cache', 'a'), folders);
    renameSync(folder.file('cache'), folder.file('moved'));
    mkdirSync(folder.file('cache'));
    const second = Destination.beside(folder.file('cache', 'b'), folders);
    for (const file of [first, second]) {
      file.prepare({});
      file.publish();
    }
    const paths = ['moved', 'cache'].flatMap((name) => ['a', 'b'].map((file) => folder.file(name, file)));
    expect(paths.map((path) => existsSync(path))).toEqual([true, true, false, false]);
    // The control: another batch goes where the path leads.
    using others = new OpenFolders();
    Destination.beside(folder.file('cache', 'c'), others).close();
    const other = Destination.beside(folder.file('cache', 'd'), others);
    expect(existsSync(folder.file('cache', 'd.part'))).toBe(true);
    other.close();
  });

  it('that are missing are missing for each file', () => {
    using folder = temporaryFolder();
    using folders = new OpenFolders();
    const open = () => Destination.beside(folder.file('none', 'a'), folders);
    expect(open).toThrow('directory');
    expect(open).toThrow('directory');
  });
});

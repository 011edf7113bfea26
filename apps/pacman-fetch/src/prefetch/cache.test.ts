/* Packages that a cache folder has already, which others may write to. */
import { createHash } from 'node:crypto';
import { chownSync, existsSync, lchownSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { cached, downloadFolder } from './cache.js';

const nobody = 65_534;
const content = 'package';
const wanted = {
  repository: 'test',
  name: 'a',
  file: 'a.pkg.tar.zst',
  size: content.length,
  sha256: createHash('sha256').update(content).digest('hex'),
};

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('cache'));
  chownSync(folder.file('cache'), nobody, nobody);
});
afterEach(() => folder[Symbol.dispose]());

const look = async () => await cached(wanted, [folder.file('none'), folder.file('cache')]);

describe.skipIf(missing('root', 'linux'))('a package in a cache', () => {
  it('is complete, or not, or not there', async () => {
    expect(await look()).toBeUndefined();
    writeFileSync(folder.file('cache', wanted.file), content);
    expect(await look()).toEqual({ folder: folder.file('cache'), isComplete: true });
    writeFileSync(folder.file('cache', wanted.file), content.toUpperCase());
    expect(await look()).toEqual({ folder: folder.file('cache'), isComplete: false });
  });

  it('is not another file of root’s that a neighbour’s link leads to', async () => {
    writeFileSync(folder.file('own'), content);
    symlinkSync('../own', folder.file('cache', wanted.file));
    expect(await look()).toMatchObject({ isComplete: true });
    lchownSync(folder.file('cache', wanted.file), nobody, nobody);
    expect(await look()).toMatchObject({ isComplete: false });
  });
});

describe.skipIf(missing('root', 'linux'))('the folder to download to', () => {
  it('is made where root alone decides what its path is, and nowhere else', () => {
    const [theirs, own] = [folder.file('cache/pkg'), folder.file('a/b')];
    expect(downloadFolder([theirs, own])).toBe(own);
    expect([theirs, own].map((path) => existsSync(path))).toEqual([false, true]);
    expect(() => downloadFolder([theirs])).toThrow('no cache folder can be written');
  });
});

/* Packages that a cache folder has already, which others may write to. */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';

import { bundleFixture, missing, runProgram, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { cached, downloadFolder } from './cache.js';
import { CacheFolders } from './cache-folders.js';
import type { Wanted } from './wanted.js';

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

const look = async (differs: Partial<Wanted> = {}, signal = new AbortController().signal) =>
  await cached({ ...wanted, ...differs }, new CacheFolders([folder.file('none'), folder.file('cache')]), signal);

describe.skipIf(missing('root', 'linux'))('a package in a cache', () => {
  it('is complete, or not, or not there', async () => {
    expect(await look()).toBeUndefined();
    writeFileSync(folder.file('cache', wanted.file), content);
    expect(await look()).toEqual({ folder: folder.file('cache'), isComplete: true });
    writeFileSync(folder.file('cache', wanted.file), content.toUpperCase());
    expect(await look()).toEqual({ folder: folder.file('cache'), isComplete: false });
  });

  it('of unknown size is not summed without end, nor after a signal', async () => {
    const file = folder.file('cache', wanted.file);
    writeFileSync(file, content);
    expect(await look({ size: undefined })).toMatchObject({ isComplete: true });
    // Without a block of the disk.
    truncateSync(file, 64 * 1024 ** 3 + 1);
    expect(await look({ size: undefined }, AbortSignal.timeout(100))).toMatchObject({ isComplete: false });
    truncateSync(file, 64 * 1024 ** 3);
    await expect(look({ size: undefined }, AbortSignal.timeout(100))).rejects.toThrow('timeout');
  });

  it('that grows while it is summed is not complete', async () => {
    const file = folder.file('cache', wanted.file);
    writeFileSync(file, '');
    truncateSync(file, 200 * 1024 ** 2);
    const looked = look({ size: 200 * 1024 ** 2 });
    truncateSync(file, 64 * 1024 ** 3);
    expect(await looked).toMatchObject({ isComplete: false });
  });

  it('is not another file of root’s that a neighbour’s link leads to', async () => {
    writeFileSync(folder.file('own'), content);
    symlinkSync('../own', folder.file('cache', wanted.file));
    expect(await look()).toMatchObject({ isComplete: true });
    lchownSync(folder.file('cache', wanted.file), nobody, nobody);
    expect(await look()).toMatchObject({ isComplete: false });
  });
});

describe('cache directories', () => {
  it.skipIf(missing('root', 'linux'))('are listed once, and what is listed is examined each time', () => {
    const [first, second] = [folder.file('none'), folder.file('cache')];
    const caches = new CacheFolders([first, second]);
    writeFileSync(folder.file('cache', 'a'), content);
    mkdirSync(folder.file('cache', 'directory'));
    symlinkSync('nowhere', folder.file('cache', 'link'));
    expect(['a', 'b', 'directory', 'link'].map((name) => caches.folderOf(name))).toEqual([
      second,
      undefined,
      undefined,
      undefined,
    ]);
    writeFileSync(folder.file('cache', 'a'), content.repeat(2));
    writeFileSync(folder.file('cache', 'b'), content);
    expect(['a', 'b'].map((name) => caches.sizeIn(second, name))).toEqual([2 * content.length, undefined]);
    expect(new CacheFolders([first, second]).folderOf('b')).toBe(second);
  });

  it.skipIf(missing('root', 'linux'))('that cannot be listed are asked name by name', async () => {
    // For a user who may enter the directory, and may not read it.
    writeFileSync(folder.file('cache', 'a'), content);
    chmodSync(folder.file('cache'), 0o711);
    chownSync(folder.file('cache'), 0, 0);
    chmodSync(folder.path, 0o755);
    const fixture = bundleFixture(new URL('../../test/sync/fixtures/cache-folders.ts', import.meta.url), 'external');
    const { stdout } = await runProgram(process.execPath, [fixture, folder.file('cache'), 'a', 'b'], {
      uid: nobody,
      gid: nobody,
    });
    expect(JSON.parse(stdout)).toEqual([content.length, null]);
  });
});

describe.skipIf(missing('root', 'linux'))('the directory to download to', () => {
  it('is made where root alone decides what its path is, and nowhere else', () => {
    const [theirs, own] = [folder.file('cache/pkg'), folder.file('a/b')];
    expect(downloadFolder([theirs, own])).toBe(own);
    expect([theirs, own].map((path) => existsSync(path))).toEqual([false, true]);
    expect(() => downloadFolder([theirs])).toThrow('cannot write to any cache directory');
  });
});

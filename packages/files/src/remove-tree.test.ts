/* A folder that goes, with something in it that somebody else has put there. */
import { chownSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';

import { bundleFixture, missing, runProgram, stranger, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { removeTree } from './remove-tree.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('goes/inner'), { recursive: true });
  writeFileSync(folder.file('goes/inner/file'), '');
});
afterEach(() => folder[Symbol.dispose]());

describe.skipIf(missing('linux'))('removeTree', () => {
  it('removes a directory with all its content, and follows no link: the control', () => {
    mkdirSync(folder.file('stays'));
    symlinkSync(folder.file('stays'), folder.file('goes/link'));
    removeTree(folder.file('goes'));
    expect(existsSync(folder.file('goes'))).toBe(false);
    expect(existsSync(folder.file('stays'))).toBe(true);
  });

  it.skipIf(missing('root'))('removes directories without permissions for their owner, as that owner', async () => {
    const fixture = bundleFixture(new URL('../test/fixtures/remove-closed.ts', import.meta.url));
    const { stdout, stderr } = await runProgram(process.execPath, [fixture], { uid: 65_534, gid: 65_534 });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ before: 'EACCES', error: '', isThere: false });
  });

  it.skipIf(missing('root'))('leaves what somebody has moved there who may not remove it, at each call', () => {
    const [goes, inner] = [folder.file('goes'), folder.file('goes/inner')];
    const left = [`${inner}/third`, `${inner}/roots`];
    for (const path of left) mkdirSync(path);
    for (const path of left) writeFileSync(`${path}/file`, '');
    mkdirSync(`${inner}/own/deeper`, { recursive: true });
    const strangers = [goes, inner, `${inner}/own`, `${inner}/own/deeper`];
    for (const path of strangers) chownSync(path, stranger.uid, stranger.gid);
    chownSync(`${inner}/third`, 65_534, 65_534);
    for (let call = 0; call < 3; call++) {
      expect(() => removeTree(goes)).toThrow(/EACCES: .* was moved into it/);
      expect(left.map((path) => existsSync(`${path}/file`))).toEqual([true, true]);
    }
    // All else is gone, and what is empty as well.
    expect(readdirSync(inner).toSorted()).toEqual(['roots', 'third']);
    for (const path of left) rmSync(`${path}/file`);
    removeTree(goes);
    expect(existsSync(goes)).toBe(false);
  });

  it.skipIf(missing('root'))('removes all that one user has made in a directory of root’s: the twin', () => {
    mkdirSync(folder.file('goes/roots/inner'), { recursive: true });
    chownSync(folder.file('goes/inner'), stranger.uid, stranger.gid);
    chownSync(folder.file('goes/inner/file'), stranger.uid, stranger.gid);
    removeTree(folder.file('goes'));
    expect(existsSync(folder.file('goes'))).toBe(false);
  });

  it('removes directories that are nested more deeply than descriptors permit', async () => {
    const fixture = bundleFixture(new URL('../test/fixtures/remove-nested.ts', import.meta.url));
    const limited = ['-c', 'ulimit -n 200 && exec "$@"', 'bash', process.execPath, fixture];
    const { stdout, stderr } = await runProgram('/bin/bash', [...limited, folder.file('goes'), '1000']);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ error: '', isThere: false, left: 0 });
  });

  it('stops after three seconds, in which no signal is handled, and continues with the next call', () => {
    for (let number = 0; number < 10; number++) writeFileSync(folder.file(`goes/${number}`), '');
    let calls = 0;
    const clock = vi.spyOn(process, 'hrtime').mockImplementation(() => [calls++, 0]);
    try {
      expect(() => removeTree(folder.file('goes'))).toThrow(expect.objectContaining({ code: 'ETIME' }));
    } finally {
      clock.mockRestore();
    }
    const left = readdirSync(folder.file('goes')).length;
    expect(left).toBeGreaterThan(5);
    expect(left).toBeLessThan(11);
    removeTree(folder.file('goes'));
    expect(existsSync(folder.file('goes'))).toBe(false);
  });

  it.skipIf(missing('root', 'unshare'))('leaves mount points in it', async () => {
    const fixture = bundleFixture(new URL('../test/fixtures/remove-mounted.ts', import.meta.url));
    const args = ['--mount', '--propagation', 'private', process.execPath, fixture, folder.file('goes')];
    const { stdout, stderr } = await runProgram('unshare', args);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ code: 'EXDEV', isThere: true });
  });
});

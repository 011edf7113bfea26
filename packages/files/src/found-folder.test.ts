import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';

import { bundleFixture, compileC, missing, runProgram, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Folder } from './folder.js';
import { FoundFolder } from './found-folder.js';

const nobody = 65_534;

let folder: TemporaryFolder;
let above: Folder;
beforeEach(() => {
  folder = temporaryFolder();
  above = Folder.open(folder.path);
  mkdirSync(folder.file('found/inner'), { recursive: true });
  writeFileSync(folder.file('found/inner/file'), '');
});
afterEach(() => {
  above.close();
  folder[Symbol.dispose]();
});

describe.skipIf(missing('linux'))('a directory that was found', () => {
  it('is not a link to one, a file or a missing name', () => {
    symlinkSync('found', folder.file('link'));
    writeFileSync(folder.file('file'), '');
    for (const name of ['link', 'file', 'nothing']) expect(FoundFolder.open(above, name), name).toBeUndefined();
  });

  it('is private only if no other user may write to it', () => {
    const isOwn = (): boolean | undefined => {
      using found = FoundFolder.open(above, 'found');
      return found?.isOwn();
    };
    chmodSync(folder.file('found'), 0o711);
    expect(isOwn()).toBe(true);
    for (const mode of [0o731, 0o713]) {
      chmodSync(folder.file('found'), mode);
      expect(isOwn()).toBe(false);
    }
  });

  it('is emptied itself, even if its name leads elsewhere meanwhile', () => {
    using found = FoundFolder.open(above, 'found');
    renameSync(folder.file('found'), folder.file('moved'));
    mkdirSync(folder.file('other'));
    writeFileSync(folder.file('other/kept'), '');
    renameSync(folder.file('other'), folder.file('found'));
    expect(() => found?.removeAll()).toThrow('ENOTEMPTY');
    expect([existsSync(folder.file('moved/inner')), existsSync(folder.file('found/kept'))]).toEqual([false, true]);
  });

  it('is removed with all its content', () => {
    using found = FoundFolder.open(above, 'found');
    expect(found?.age()).toBeLessThan(60_000);
    found?.removeAll();
    expect(existsSync(folder.file('found'))).toBe(false);
  });

  it.skipIf(missing('root')).each(['found/inner', 'found/inner/below/deep'])(
    'is taken back from the user it was given to, who cannot fill %s any more',
    async (filled) => {
      chmodSync(folder.file('found'), 0o711);
      mkdirSync(folder.file('found/inner/below/deep'), { recursive: true });
      for (const name of ['inner', 'inner/below', 'inner/below/deep'])
        chownSync(folder.file(`found/${name}`), nobody, nobody);
      const program = folder.file('filler');
      await compileC(program, { from: import.meta.url, sources: ['../test/fixtures/filler.c'] });
      const filler = spawn(program, [folder.file(filled)], {
        uid: nobody,
        gid: nobody,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = once(filler, 'close');
      await once(filler.stdout, 'data');
      using found = FoundFolder.open(above, 'found');
      const begun = performance.now();
      found?.removeAll();
      expect(performance.now() - begun).toBeLessThan(3000);
      expect(existsSync(folder.file('found'))).toBe(false);
      await ended;
    },
  );

  it.skipIf(missing('root', 'unshare'))('is not examined if something is mounted on it, or in it', async () => {
    // A server that never answers would be waited for with the first look; another mount stands for it.
    const fixture = bundleFixture(new URL('../test/fixtures/found-mounted.ts', import.meta.url));
    const args = ['--mount', '--propagation', 'private', process.execPath, fixture, folder.path];
    const { stdout, stderr } = await runProgram('unshare', args);
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toEqual({ before: true, onIt: false, inIt: 'EXDEV', isThere: true });
  });
});

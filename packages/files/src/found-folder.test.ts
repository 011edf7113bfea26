import { chmodSync, existsSync, mkdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { Folder } from './folder.js';
import { FoundFolder } from './found-folder.js';

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

describe.skipIf(missing('linux'))('a folder that was found', () => {
  it('is no link to one, no file and nothing', () => {
    symlinkSync('found', folder.file('link'));
    writeFileSync(folder.file('file'), '');
    for (const name of ['link', 'file', 'nothing']) expect(FoundFolder.open(above, name), name).toBeUndefined();
  });

  it('is ours only where nobody else may write in it', () => {
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

  it('is emptied itself, whatever took its name meanwhile', () => {
    using found = FoundFolder.open(above, 'found');
    renameSync(folder.file('found'), folder.file('moved'));
    mkdirSync(folder.file('other'));
    writeFileSync(folder.file('other/kept'), '');
    renameSync(folder.file('other'), folder.file('found'));
    expect(() => found?.removeAll()).toThrow('ENOTEMPTY');
    expect([existsSync(folder.file('moved/inner')), existsSync(folder.file('found/kept'))]).toEqual([false, true]);
  });

  it('goes with all that is in it', () => {
    using found = FoundFolder.open(above, 'found');
    expect(found?.age()).toBeLessThan(60_000);
    found?.removeAll();
    expect(existsSync(folder.file('found'))).toBe(false);
  });
});

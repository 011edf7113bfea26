import { linkSync, mkdirSync, readdirSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { byteText, exactText, shownText } from './byte-text.js';
import { HeldDirectories } from './held-directories.js';

describe.skipIf(missing('linux'))('HeldDirectories', () => {
  it('say what lies at a path, and follow no link', () => {
    using folder = temporaryFolder();
    using directories = new HeldDirectories();
    mkdirSync(folder.file('directory'));
    writeFileSync(folder.file('file'), '');
    linkSync(folder.file('file'), folder.file('alias'));
    symlinkSync('file', folder.file('link'));
    expect(directories.lookUp(folder.file('directory'))).toEqual({ kind: 'directory' });
    expect(directories.lookUp(folder.file('link'))).toEqual({ kind: 'link', target: 'file' });
    expect(directories.lookUp(folder.file('file'))).toMatchObject({ kind: 'file', links: 2n });
    expect(directories.lookUp(folder.file('alias'))).toEqual(directories.lookUp(folder.file('file')));
    for (const name of ['absent', 'absent/below', 'file/below', 'link/below'])
      expect(directories.lookUp(folder.file(name))).toBeUndefined();
    const wrong = ['directory', 'file', 'absent'].map((name) => directories.lookUp(folder.file(name), 'link')?.kind);
    expect(wrong).toEqual(['directory', 'file', undefined]);
  });

  it('list names that are not UTF-8, each with what it stands for', () => {
    using folder = temporaryFolder();
    using directories = new HeldDirectories();
    const name = 'n\u00e9';
    mkdirSync(Buffer.from(folder.file(name), 'latin1'));
    symlinkSync('elsewhere', Buffer.from(folder.file(`${name}/link`), 'latin1'));
    expect([...directories.entries(folder.path)]).toEqual([{ name, kind: 'directory' }]);
    expect([...directories.entries(folder.file(name))]).toEqual([{ name: 'link', kind: 'link' }]);
    expect([exactText(name), shownText(name), exactText(byteText(name))]).toEqual([undefined, 'n\ufffd', name]);
  });

  it('look on in a directory that was renamed, and never in what has its name since', () => {
    using folder = temporaryFolder();
    using directories = new HeldDirectories();
    for (const name of ['first', 'other']) mkdirSync(folder.file(name));
    writeFileSync(folder.file('first/mine'), '');
    writeFileSync(folder.file('other/theirs'), '');
    expect(directories.lookUp(folder.file('first'))?.kind).toBe('directory');
    renameSync(folder.file('first'), folder.file('moved'));
    symlinkSync('other', folder.file('first'));
    expect([...directories.entries(folder.file('first'))]).toEqual([{ name: 'mine', kind: 'file' }]);
    expect(directories.lookUp(folder.file('first/theirs'))).toBeUndefined();
  });

  it('hold no more than some directories, however many are looked at, and none afterwards', () => {
    using folder = temporaryFolder();
    const held = () => readdirSync('/proc/self/fd').length;
    const before = held();
    const names = Array.from({ length: 200 }, (_, number) => folder.file(`d${number}`));
    for (const name of names) mkdirSync(join(name, 'below'), { recursive: true });
    {
      using directories = new HeldDirectories();
      for (const name of [...names, ...names]) expect(directories.lookUp(join(name, 'below'))?.kind).toBe('directory');
      expect(held() - before).toBeLessThanOrEqual(64);
    }
    expect(held()).toBe(before);
  });

  it('end where the one who is told says so', () => {
    using directories = new HeldDirectories(() => {
      throw new RangeError('enough');
    });
    expect(() => directories.lookUp('/proc')).toThrow('enough');
  });
});

/* Somebody puts something else in the way of a download: a link to another's file, a file of their own, a pipe. */
import { execFileSync } from 'node:child_process';
import type * as FileSystem from 'node:fs';
import {
  chownSync,
  existsSync,
  linkSync,
  readFileSync,
  renameSync,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Part } from './part.js';

/** What the attacker does when a file was opened. */
const attack = vi.hoisted(() => ({ opened: (_path: string): void => {} }));

vi.mock('node:fs', async (original) => {
  const real = await original<typeof FileSystem>();
  const attacked = (...args: Parameters<typeof real.openSync>): number => {
    const descriptor = real.openSync(...args);
    attack.opened(String(args[0]));
    return descriptor;
  };
  return { ...real, openSync: attacked };
});

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
  writeFileSync(folder.file('victim'), 'precious');
});
afterEach(() => {
  attack.opened = () => {};
  folder[Symbol.dispose]();
});

function removeWhenOpen(path: string): void {
  if (path.endsWith('/x.part')) unlinkSync(folder.file('x.part'));
}

const open = (): void => Part.open(folder.file('x')).discard();

describe.skipIf(missing('linux'))('a .part', () => {
  it('that is a link to another file is not written', () => {
    linkSync(folder.file('victim'), folder.file('x.part'));
    expect(open).toThrow(/x\.part is not written: it has other names/);
  });

  it('that was one until it was open is not written either', () => {
    linkSync(folder.file('victim'), folder.file('x.part'));
    attack.opened = removeWhenOpen;
    expect(open).toThrow(/x\.part is not written: its name was taken away/);
    expect(readFileSync(folder.file('victim'), 'utf8')).toBe('precious');
  });

  it.skipIf(missing('root'))('of somebody else is not written: its owner may hold it open', () => {
    writeFileSync(folder.file('x.part'), 'theirs');
    chownSync(folder.file('x.part'), 65_534, 65_534);
    expect(open).toThrow(/x\.part is not written: it belongs to uid 65534/);
    expect(readFileSync(folder.file('x.part'), 'utf8')).toBe('theirs');
  });

  it('of an earlier attempt is written: the twin', () => {
    writeFileSync(folder.file('x.part'), 'begin');
    expect(open).not.toThrow();
  });

  it('that is a symbolic link is not followed', () => {
    symlinkSync(folder.file('victim'), folder.file('x.part'));
    expect(open).toThrow(/x\.part can't be written: ELOOP/);
    expect(readFileSync(folder.file('victim'), 'utf8')).toBe('precious');
  });

  it('that is a pipe is not written', () => {
    execFileSync('mkfifo', [folder.file('x.part')]);
    expect(open).toThrow(/x\.part is not written: it is no regular file/);
  });

  it('that is written already is not written twice', () => {
    const part = Part.open(folder.file('x'));
    expect(open).toThrow(/another process downloads to .*x\.part/);
    part.discard();
    expect(open).not.toThrow();
  });

  it('gets mode and time before its name', () => {
    const part = Part.open(folder.file('x'));
    const modified = new Date('2020-01-01');
    part.content.begin(false, false);
    part.content.write(Buffer.from('whole'));
    part.prepare({ mode: 0o600, modified });
    expect(existsSync(folder.file('x'))).toBe(false);
    expect(statSync(folder.file('x.part'))).toMatchObject({ mode: 0o100_600, mtime: modified });
    part.publish();
    expect(statSync(folder.file('x'))).toMatchObject({ mode: 0o100_600, mtime: modified, size: 5 });
  });

  it('that was replaced leaves what replaced it', () => {
    const part = Part.open(folder.file('x'));
    renameSync(folder.file('victim'), folder.file('x.part'));
    expect(() => part.prepare({ mode: 0o644, modified: undefined })).toThrow(/was taken away during the download/);
    part.discard();
    expect(readFileSync(folder.file('x.part'), 'utf8')).toBe('precious');
  });

  it('with a time in the future says nothing of what it holds, and so does a file', () => {
    const said = (time: Date): readonly unknown[] => {
      for (const name of ['x', 'x.part']) {
        writeFileSync(folder.file(name), 'begin');
        utimesSync(folder.file(name), time, time);
      }
      const part = Part.open(folder.file('x'));
      const { beginning, finalTime } = part;
      part.keep(null);
      return [beginning?.lastModified, finalTime];
    };
    const [past, future] = [new Date('2020-01-01'), new Date('2099-01-01')];
    expect(said(past)).toEqual([past.getTime(), past.getTime()]);
    expect(said(future)).toEqual([undefined, null]);
  });
});

describe.skipIf(missing('linux', 'root'))('a .part', () => {
  it('that belongs to another user is not written', () => {
    writeFileSync(folder.file('x.part'), 'begin');
    chownSync(folder.file('x.part'), 65_534, 0);
    // Who has it open could write to it after it was checked.
    expect(open).toThrow(/x\.part is not written: it belongs to uid 65534/);
    expect(readFileSync(folder.file('x.part'), 'utf8')).toBe('begin');
    chownSync(folder.file('x.part'), 0, 65_534);
    expect(open).not.toThrow();
  });
});

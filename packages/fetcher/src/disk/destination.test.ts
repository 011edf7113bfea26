/* Somebody puts something else in the way of a download, or writes to it: a link to another's file, a pipe, a file. */
import { execFileSync } from 'node:child_process';
import type * as FileSystem from 'node:fs';
import {
  appendFileSync,
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

import { Destination } from './destination.js';

/** What the attacker does when a file was opened, by its path. */
const attack = vi.hoisted(() => ({ opened: (_path: string): void => {} }));

vi.mock('node:fs', async (original) => {
  const real = await original<typeof FileSystem>();
  const attacked = (...args: Parameters<typeof real.openSync>): number => {
    const descriptor = real.openSync(...args);
    if (process.platform === 'linux') attack.opened(real.readlinkSync(`/proc/self/fd/${descriptor}`));
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

const ways = [
  { way: 'beside FILE', open: () => Destination.beside(folder.file('x')) },
  { way: 'of a FILE that somebody named', open: () => Destination.named(folder.file('x'), true) },
];

describe.skipIf(missing('linux')).each(ways)('a .part $way', ({ open: openIt }) => {
  const open = (): void => openIt().discard();

  it('that is a hard link to another file is not written', () => {
    linkSync(folder.file('victim'), folder.file('x.part'));
    expect(open).toThrow(/refusing to write to .*x\.part: it has other names/);
  });

  it('that was a hard link until it was open is not written', () => {
    linkSync(folder.file('victim'), folder.file('x.part'));
    attack.opened = removeWhenOpen;
    expect(open).toThrow(/refusing to write to .*x\.part: it was removed or replaced/);
    expect(readFileSync(folder.file('victim'), 'utf8')).toBe('precious');
  });

  it.skipIf(missing('root'))('of somebody else is not written: its owner may hold it open', () => {
    writeFileSync(folder.file('x.part'), 'theirs');
    chownSync(folder.file('x.part'), 65_534, 65_534);
    expect(open).toThrow(/refusing to write to .*x\.part: it belongs to uid 65534/);
    expect(readFileSync(folder.file('x.part'), 'utf8')).toBe('theirs');
  });

  it.skipIf(missing('root'))('that belongs to another user is not written, and one of root’s is: the twin', () => {
    writeFileSync(folder.file('x.part'), 'begin');
    chownSync(folder.file('x.part'), 65_534, 0);
    // Who has it open could write to it after it was checked.
    expect(open).toThrow(/refusing to write to .*x\.part: it belongs to uid 65534/);
    expect(readFileSync(folder.file('x.part'), 'utf8')).toBe('begin');
    chownSync(folder.file('x.part'), 0, 65_534);
    expect(open).not.toThrow();
  });

  it('of an earlier attempt is written: the twin', () => {
    writeFileSync(folder.file('x.part'), 'begin');
    expect(open).not.toThrow();
  });

  it('that is a symbolic link is not followed', () => {
    symlinkSync(folder.file('victim'), folder.file('x.part'));
    expect(open).toThrow(/x\.part can't be written: it is a symbolic link \(ELOOP\)/);
    expect(readFileSync(folder.file('victim'), 'utf8')).toBe('precious');
  });

  it('that is a pipe is not written', () => {
    execFileSync('mkfifo', [folder.file('x.part')]);
    expect(open).toThrow(/refusing to write to .*x\.part: it is not a regular file/);
  });

  it('that is written already is not written twice', () => {
    const part = openIt();
    expect(open).toThrow(/another process downloads to .*x\.part/);
    expect(existsSync(folder.file('x.part'))).toBe(true);
    part.discard();
    expect(open).not.toThrow();
  });

  it('that was replaced leaves what replaced it', () => {
    const part = openIt();
    renameSync(folder.file('victim'), folder.file('x.part'));
    expect(() => part.prepare({ modified: undefined })).toThrow(/was removed, renamed or replaced during the download/);
    part.discard();
    expect(readFileSync(folder.file('x.part'), 'utf8')).toBe('precious');
  });

  it('that is empty is removed, and a file that took its name stays', () => {
    const part = openIt();
    renameSync(folder.file('victim'), folder.file('x.part'));
    part.close();
    expect(readFileSync(folder.file('x.part'), 'utf8')).toBe('precious');
    unlinkSync(folder.file('x.part'));
    openIt().close();
    expect(existsSync(folder.file('x.part'))).toBe(false);
  });

  it('with received bytes stays for another attempt, with its time', () => {
    const part = openIt();
    part.content.write(Buffer.from('half'));
    part.keep(new Date('2020-01-01').getTime());
    expect(statSync(folder.file('x.part'))).toMatchObject({ mtime: new Date('2020-01-01'), size: 4 });
  });
});

describe.skipIf(missing('linux'))('a .part beside FILE', () => {
  it('gets mode and time before its name', () => {
    const part = Destination.beside(folder.file('x'));
    const modified = new Date('2020-01-01');
    part.content.begin(false, false);
    part.content.write(Buffer.from('whole'));
    part.prepare({ mode: 0o640, modified });
    expect(existsSync(folder.file('x'))).toBe(false);
    expect(statSync(folder.file('x.part'))).toMatchObject({ mode: 0o100_640, mtime: modified });
    part.publish();
    expect(statSync(folder.file('x'))).toMatchObject({ mode: 0o100_640, mtime: modified, size: 5 });
  });

  it('refuses an undefined mode, and keeps its own if the option is missing', () => {
    const part = Destination.beside(folder.file('x'));
    expect(() => part.prepare({ mdoe: 0o600 } as object)).toThrow('finish.mdoe is unknown');
    expect(() => part.prepare({ mode: undefined } as object)).toThrow('finish.mode is not permissions from 0 to 0o777');
    part.discard();
  });

  it('with a time in the future confirms nothing, nor does a file', () => {
    const said = (time: Date): readonly unknown[] => {
      for (const name of ['x', 'x.part']) {
        writeFileSync(folder.file(name), 'begin');
        utimesSync(folder.file(name), time, time);
      }
      const part = Destination.beside(folder.file('x'));
      const { beginning, finalTime } = part;
      part.keep(null);
      return [beginning?.lastModified, finalTime];
    };
    const [past, future] = [new Date('2020-01-01'), new Date('2099-01-01')];
    expect(said(past)).toEqual([past.getTime(), past.getTime()]);
    expect(said(future)).toEqual([undefined, null]);
  });
});

describe.skipIf(missing('linux'))('a FILE that somebody named', () => {
  /** What a download wrote, with what happened meanwhile. */
  function complete(meanwhile: () => void, { size = 4, maxBytes = 100, name = 'x', isSealed = false } = {}): void {
    const destination = Destination.named(folder.file(name), true);
    try {
      appendFileSync(destination.descriptor, 'came');
      if (isSealed) destination.seal();
      meanwhile();
      destination.requireSize(size, maxBytes);
      destination.prepare({ modified: new Date('2020-01-01') });
      destination.publish();
      expect(destination.path).toBe(folder.file(name));
    } finally {
      destination.close();
    }
  }

  it('gets its time and its name: the twin', () => {
    complete(() => expect(existsSync(folder.file('x'))).toBe(false));
    expect(readFileSync(folder.file('x'), 'utf8')).toBe('came');
    expect(statSync(folder.file('x')).mtime).toEqual(new Date('2020-01-01'));
  });

  it.each<readonly [what: string, meanwhile: () => void, options: object, why: RegExp]>([
    ['another size', () => {}, { size: 5 }, /has 4 bytes instead of 5/],
    ['more than its kind may', () => {}, { maxBytes: 3 }, /is larger than 3 bytes/],
    ['what somebody else added', () => appendFileSync(folder.file('x.part'), 'x'), {}, /has 5 bytes instead of 4/],
  ])('gets no name with %s', (_, meanwhile, options, why) => {
    expect(() => complete(meanwhile, options)).toThrow(why);
    expect(existsSync(folder.file('x'))).toBe(false);
  });

  it('does not get its name if its .part was replaced', () => {
    const replace = (): void => renameSync(folder.file('victim'), folder.file('x.part'));
    expect(() => complete(replace)).toThrow(/was removed, renamed or replaced during the download/);
    expect(existsSync(folder.file('x'))).toBe(false);
    expect(readFileSync(folder.file('x.part'), 'utf8')).toBe('precious');
  });

  it('cannot be renamed once it is sealed, nor without its own name', () => {
    expect(() => complete(() => {}, { isSealed: true })).toThrow('a sealed file cannot be renamed');
    const lost = { isSealed: true, name: 'y.part' };
    expect(() => complete(() => {}, lost)).not.toThrow();
    expect(() => complete(() => unlinkSync(folder.file('y.part')), lost)).toThrow(/was removed, renamed or replaced/);
  });

  it('is written in place if it exists, and beside it if the download must not resume', () => {
    const placeOf = (name: string, mayResume: boolean): readonly unknown[] => {
      const { path, isInPlace, name: bare } = closed(Destination.named(folder.file(name), mayResume));
      return [path, isInPlace, bare];
    };
    expect(placeOf('victim', true)).toEqual([folder.file('victim'), true, 'victim']);
    expect(placeOf('victim', false)).toEqual([folder.file('victim.part'), false, 'victim']);
    expect(placeOf('x.part', false)).toEqual([folder.file('x.part'), true, 'x']);
  });

  it('that existed stays if no byte arrives, and a new one is removed', () => {
    writeFileSync(folder.file('empty'), '');
    closed(Destination.named(folder.file('empty'), true));
    closed(Destination.named(folder.file('y.part'), true));
    expect([existsSync(folder.file('empty')), existsSync(folder.file('y.part'))]).toEqual([true, false]);
  });
});

function closed(destination: Destination): Destination {
  destination.close();
  return destination;
}

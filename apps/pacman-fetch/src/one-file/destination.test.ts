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
  writeFileSync,
} from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { Destination } from './destination.js';

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

const open = (): void => new Destination(folder.file('x'), true).close();

describe.skipIf(missing('linux'))('FILE.part', () => {
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

  it('of an earlier attempt is written: the twin', () => {
    writeFileSync(folder.file('x.part'), 'begin');
    expect(open).not.toThrow();
  });
});

describe.skipIf(missing('linux', 'root'))('FILE.part', () => {
  it('that belongs to another user is not written', () => {
    writeFileSync(folder.file('x.part'), 'begin');
    chownSync(folder.file('x.part'), 65_534, 0);
    // Who has it open could write to it after it was checked.
    expect(open).toThrow(/x\.part is not written: it belongs to uid 65534/);
    chownSync(folder.file('x.part'), 0, 65_534);
    expect(open).not.toThrow();
  });

  it('that is a symbolic link is not followed', () => {
    symlinkSync(folder.file('victim'), folder.file('x.part'));
    expect(open).toThrow(/x\.part can't be written: ELOOP/);
  });

  it('that is a pipe is not written', () => {
    execFileSync('mkfifo', [folder.file('x.part')]);
    expect(open).toThrow(/x\.part is not written: it is no regular file/);
  });
});

describe.skipIf(missing('linux'))('FILE', () => {
  /** What a download wrote, with what happened meanwhile. */
  function complete(meanwhile: () => void, { size = 4, maxBytes = 100, name = 'x', isSealed = false } = {}): void {
    const destination = new Destination(folder.file(name), true);
    try {
      appendFileSync(destination.descriptor, 'came');
      if (isSealed) destination.seal();
      meanwhile();
      destination.complete(size, maxBytes, new Date('2020-01-01'));
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
    ['another size', () => {}, { size: 5 }, /holds 4 bytes and not 5/],
    ['more than its kind may', () => {}, { maxBytes: 3 }, /is larger than 3 bytes/],
    ['what somebody else added', () => appendFileSync(folder.file('x.part'), 'x'), {}, /holds 5 bytes and not 4/],
  ])('gets no name with %s', (_, meanwhile, options, why) => {
    expect(() => complete(meanwhile, options)).toThrow(why);
    expect(existsSync(folder.file('x'))).toBe(false);
  });

  it('is not what was put in the place of its .part', () => {
    const replace = (): void => renameSync(folder.file('victim'), folder.file('x.part'));
    expect(() => complete(replace)).toThrow(/was taken away during the download/);
    expect(existsSync(folder.file('x'))).toBe(false);
    expect(readFileSync(folder.file('x.part'), 'utf8')).toBe('precious');
  });

  it('gets no other name once its process has given that up, and none where it has lost its own', () => {
    expect(() => complete(() => {}, { isSealed: true })).toThrow('a sealed file can get no other name');
    const lost = { isSealed: true, name: 'y.part' };
    expect(() => complete(() => {}, lost)).not.toThrow();
    expect(() => complete(() => unlinkSync(folder.file('y.part')), lost)).toThrow(/was taken away/);
  });

  it('of which nothing came goes, and what has its name by then stays', () => {
    const destination = new Destination(folder.file('x'), true);
    renameSync(folder.file('victim'), folder.file('x.part'));
    destination.close();
    expect(readFileSync(folder.file('x.part'), 'utf8')).toBe('precious');
    unlinkSync(folder.file('x.part'));
    open();
    expect(existsSync(folder.file('x.part'))).toBe(false);
  });
});

/* Somebody puts a hard link to another's file in the way, where the kernel lets them (protected_hardlinks = 0). */
import type * as FileSystem from 'node:fs';
import { chownSync, linkSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';

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
});

/* The way to a file is changed by whoever may, right after each look at it. */
import {
  closeSync,
  fstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';

import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { walk, type Waypoint } from './walk.js';

let folder: TemporaryFolder;
beforeEach(() => {
  folder = temporaryFolder();
  mkdirSync(folder.file('top/cache/pkg'), { recursive: true });
  mkdirSync(folder.file('etc/pkg'), { recursive: true });
});
afterEach(() => folder[Symbol.dispose]());

interface Walked {
  readonly ino: number;
  readonly links: readonly string[];
}

/** Walks, and does something when a folder has been looked at. */
function walkTo(path: string, at?: string, act: () => void = () => {}): Walked {
  const links: string[] = [];
  const descriptor = walk(path, {
    folder: (waypoint: Waypoint) => waypoint.path === at && act(),
    link: (waypoint: Waypoint) => links.push(waypoint.path),
    refuse: (_, why): never => {
      throw new Error(why);
    },
  });
  const { ino } = fstatSync(descriptor);
  closeSync(descriptor);
  return { ino, links };
}

const inoOf = (path: string): number => statSync(folder.file(path)).ino;

function exchange(path: string, target: string): void {
  renameSync(folder.file(path), folder.file('away'));
  symlinkSync(folder.file(target), folder.file(path));
}

describe.skipIf(missing('linux'))('walk', () => {
  it('refuses links that lead through thousands of names', () => {
    const long = './'.repeat(1900);
    for (let number = 0; number < 39; number++) symlinkSync(`${long}l${number + 1}`, folder.file(`l${number}`));
    symlinkSync('etc', folder.file('l39'));
    expect(walkTo(folder.file('l38')).ino).toBe(inoOf('etc'));
    expect(() => walkTo(folder.file('l0'))).toThrow('it leads through more than 4096 names');
  });

  it('leads to the same file as the kernel', () => {
    symlinkSync('../etc', folder.file('top/relative'));
    symlinkSync(folder.file('top/relative/pkg'), folder.file('top/absolute'));
    for (const path of ['top/cache/pkg', 'top//cache/./../cache/pkg/', 'top/relative/pkg', 'top/absolute/../pkg']) {
      const whole = `${folder.path}/${path}`;
      expect(walkTo(whole).ino, path).toBe(statSync(whole).ino);
    }
    expect(walkTo('/').ino).toBe(statSync('/').ino);
    writeFileSync(folder.file('file'), '');
    expect(walkTo(folder.file('file')).ino).toBe(inoOf('file'));
    expect(() => walkTo(folder.file('file/x'))).toThrow(/ENOTDIR/);
    expect(() => walkTo(folder.file('none/x'))).toThrow(/ENOENT/);
    symlinkSync('loop', folder.file('loop'));
    expect(() => walkTo(folder.file('loop'))).toThrow('in a circle');
  });

  it('stays in a checked directory, even if its name leads elsewhere now', () => {
    const cache = folder.file('top/cache');
    const { ino } = statSync(`${cache}/pkg`);
    const walked = walkTo(`${cache}/pkg`, cache, () => exchange('top/cache', 'etc'));
    expect(walked).toEqual({ ino, links: [] });
    // The control: by its path the kernel leads elsewhere.
    expect(inoOf('top/cache/pkg')).toBe(inoOf('etc/pkg'));
  });

  it('detects a link that replaced the next directory', () => {
    const walked = walkTo(folder.file('top/cache/pkg'), folder.file('top'), () => exchange('top/cache', 'etc'));
    expect(walked).toEqual({ ino: inoOf('etc/pkg'), links: [folder.file('top/cache')] });
  });

  it('follows no link that changed after its check', () => {
    symlinkSync('cache', folder.file('top/link'));
    const change = (): void => {
      rmSync(folder.file('top/link'));
      symlinkSync('../etc', folder.file('top/link'));
    };
    const judge = {
      folder: () => {},
      link: change,
      refuse: (_: string, why: string): never => {
        throw new Error(why);
      },
    };
    expect(() => walk(folder.file('top/link/pkg'), judge)).toThrow('changed meanwhile');
  });

  it('leaves nothing open', () => {
    symlinkSync('cache', folder.file('top/link'));
    const opened = readdirSync('/proc/self/fd');
    expect(() => walkTo(folder.file('top/none'))).toThrow(/ENOENT/);
    walkTo(folder.file('top/link/pkg'));
    expect(readdirSync('/proc/self/fd')).toEqual(opened);
  });
});

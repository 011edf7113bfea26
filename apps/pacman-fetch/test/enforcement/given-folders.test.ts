/* Whoever owns the folder above exchanges what root has just made in it, at the worst moment: root gives away nothing else. */
import { spawnSync } from 'node:child_process';
import type * as FileSystem from 'node:fs';
import {
  chownSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  renameSync,
  rmdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { Folder, NewFolder } from '@sb/files';
import { missing, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

import { examineFolder } from '../../src/doctor/folders.js';
import { Staging } from '../../src/xfer/staging.js';

/** What the attacker does with a folder as soon as it is there, and as soon as it is given away. */
const attack = vi.hoisted(() => ({ exchange: (_made: string): void => {}, given: (_uid: number): void => {} }));

vi.mock('node:fs', async (original) => {
  const real = await original<typeof FileSystem>();
  const attacked = (prefix: string): string => {
    const made = real.mkdtempSync(prefix);
    attack.exchange(made);
    return made;
  };
  const given = (...args: Parameters<typeof real.fchownSync>): void => {
    real.fchownSync(...args);
    attack.given(args[1]);
  };
  return { ...real, mkdtempSync: attacked, fchownSync: given };
});

const nobody = { uid: 65_534, gid: 65_534 };
const user = { name: 'nobody', ...nobody };

let folder: TemporaryFolder;
let cache: Folder;
let prize: string;
beforeEach(() => {
  folder = temporaryFolder();
  prize = folder.file('prize');
  mkdirSync(prize, { mode: 0o700 });
  mkdirSync(folder.file('cache'));
  chownSync(folder.file('cache'), nobody.uid, nobody.gid);
  cache = Folder.open(folder.file('cache'));
});
afterEach(() => {
  attack.exchange = () => {};
  attack.given = () => {};
  cache.close();
  folder[Symbol.dispose]();
});

function putLink(made: string): void {
  rmdirSync(made);
  symlinkSync(prize, made);
}

describe.skipIf(missing('root', 'linux'))('a link in place of a directory of root', () => {
  beforeEach(() => {
    attack.exchange = putLink;
  });

  it('leads chown by its path to what it names: the control', () => {
    chownSync(mkdtempSync(join(cache.path, 'x-')), nobody.uid, nobody.gid);
    expect(statSync(prize).uid).toBe(nobody.uid);
  });

  it('does not give a staging directory to a user', () => {
    expect(() => Staging.make(cache)).toThrow(/cache cannot hold a staging directory: ENOTDIR$/);
    expect(statSync(prize).uid).toBe(0);
  });

  it('gives doctor’s trial to nobody', () => {
    const findings = examineFolder(cache.path, { user, isPacmans: true });
    expect(findings).toMatchObject([{ level: 'broken', what: expect.stringContaining('ENOTDIR') as string }]);
    expect(statSync(prize).uid).toBe(0);
  });
});

describe.skipIf(missing('root', 'linux'))('a directory that root has just made', () => {
  it('is given away: the twin', () => {
    using staging = Staging.make(cache);
    staging.openTo(nobody);
    expect(statSync(staging.path)).toMatchObject(nobody);
    expect(examineFolder(cache.path, { user, isPacmans: true })).toEqual([]);
  });

  it('is taken back and removed, with everything that its new owner has put into it meanwhile', () => {
    const ends: unknown[] = [];
    attack.given = (uid) => {
      const [made = ''] = readdirSync(cache.path);
      const at = join(cache.path, made, `when-it-is-of-${uid}`);
      ends.push([uid, spawnSync('mkdir', ['-p', join(at, 'x')], { ...nobody, stdio: 'ignore' }).status]);
    };
    expect(examineFolder(cache.path, { user, isPacmans: true })).toEqual([]);
    // Taken back, it lets nobody in.
    expect(ends).toEqual([
      [nobody.uid, 0],
      [0, 1],
    ]);
    expect(readdirSync(cache.path)).toEqual([]);
  });

  it('is said to be left where its name stands for another one by then, which stays; nothing else is said', () => {
    attack.given = (uid) => {
      if (uid !== nobody.uid) return;
      const [made = ''] = readdirSync(cache.path);
      renameSync(join(cache.path, made), join(cache.path, 'elsewhere'));
      mkdirSync(join(cache.path, made, 'precious'), { recursive: true });
    };
    const findings = examineFolder(cache.path, { user, isPacmans: true });
    expect(findings).toEqual([
      {
        level: 'note',
        what: expect.stringMatching(
          /^cannot remove \S*cache\/\.pacman-fetch-doctor-\w{6}, which was made for a trial: ENOTEMPTY$/,
        ) as string,
        remedy: 'Remove it. Another program writes to that directory.',
      },
    ]);
    expect(readdirSync(cache.path).length).toBe(2);
  });

  it('stays root’s if the command has a private group, which alone is let in', () => {
    const gid = 1_900_000_000;
    using staging = Staging.make(cache);
    staging.openTo({ ...nobody, gid, privateGroup: { state: 'chosen' } });
    expect(statSync(staging.path)).toMatchObject({ uid: 0, gid, mode: 0o40_770 });
  });

  it('is not, once it is open, what its name stands for', () => {
    using made = NewFolder.make(cache, 'x-');
    putLink(join(cache.path, made.name));
    made.giveTo(nobody);
    expect(statSync(prize).uid).toBe(0);
    expect(() => made.remove()).toThrow(/ENOTDIR/);
  });

  it.each([
    ['an open one', 'of uid 0 with mode 755', (path: string) => mkdirSync(path)],
    ['a full one', 'not empty', (path: string) => (mkdirSync(path, 0o700), writeFileSync(join(path, 'x'), ''))],
    [
      'theirs',
      'of uid 65534 with mode 700',
      (path: string) => (mkdirSync(path, 0o700), chownSync(path, 65_534, 65_534)),
    ],
  ])('exchanged for %s is not given away', (_, why, make) => {
    attack.exchange = (made) => {
      rmdirSync(made);
      make(folder.file('other'));
      renameSync(folder.file('other'), made);
    };
    expect(() => {
      using staging = Staging.make(cache);
      staging.openTo(nobody);
    }).toThrow(`: the new directory was replaced or changed: it is ${why}`);
  });
});

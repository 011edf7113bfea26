import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  mkdirSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

import { Folder } from '@sb/files';
import { missing, runProgram, setDefaultAcl, stranger, temporaryFolder, World } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { processMark } from '../process-mark.js';
import { removeAbandoned, Staging } from './staging.js';

describe.skipIf(missing('root', 'linux'))('what a killed run has left', () => {
  it('is not removed where somebody else’s link leads', () => {
    using folder = temporaryFolder();
    const left = `pacman-fetch-${processMark().replace(/-\d+-/, '-1-')}-abcdef`;
    mkdirSync(folder.file('cache', left), { recursive: true });
    symlinkSync('cache', folder.file('link'));
    lchownSync(folder.file('link'), 65_534, 65_534);
    removeAbandoned(folder.file('link'));
    expect(existsSync(folder.file('cache', left))).toBe(true);
    // The twin: by root's own.
    lchownSync(folder.file('link'), 0, 0);
    removeAbandoned(folder.file('link'));
    expect(existsSync(folder.file('cache', left))).toBe(false);
  });

  it('is not removed where a neighbour may have given its name to something of root’s', () => {
    using folder = temporaryFolder();
    const left = `pacman-fetch-${processMark().replace(/-\d+-/, '-1-')}-abcdef`;
    mkdirSync(folder.file('cache', left, 'precious'), { recursive: true });
    chownSync(folder.file('cache'), 65_534, 65_534);
    removeAbandoned(folder.file('cache'));
    expect(existsSync(folder.file('cache', left, 'precious'))).toBe(true);
    // The twin: where root alone renames.
    chownSync(folder.file('cache'), 0, 0);
    removeAbandoned(folder.file('cache'));
    expect(existsSync(folder.file('cache', left))).toBe(false);
  });

  it('is not removed in a sticky directory: a neighbour may have moved a directory with root’s files there', async () => {
    using world = new World(stranger);
    const left = `pacman-fetch-${processMark().replace(/-\d+-/, '-1-')}-abcdef`;
    mkdirSync(join(world.theirs, 'home'));
    mkdirSync(join(world.theirs, 'home', 'precious'));
    chownSync(join(world.theirs, 'home'), stranger.uid, stranger.gid);
    const move = await runProgram('mv', [join(world.theirs, 'home'), join(world.open, left)], stranger);
    expect(move).toMatchObject({ status: 0 });
    removeAbandoned(world.open);
    expect(existsSync(join(world.open, left, 'precious'))).toBe(true);
    chmodSync(world.open, 0o755);
    removeAbandoned(world.open);
    expect(existsSync(join(world.open, left))).toBe(false);
  });

  it('is what is named like it, of a process that is gone, in this very namespace', () => {
    using folder = temporaryFolder();
    const mark = processMark();
    const gone = mark.replace(/-\d+-/, '-1-');
    const kept = [
      `pacman-fetch-${mark}-abcdef`,
      `pacman-fetch-${gone.replace(/\d+$/, '1')}-abcdef`,
      `pacman-fetch-${gone}-abcdef-mine`,
      `my-pacman-fetch-${gone}-abcdef`,
      'download-abcdef',
    ];
    for (const name of [...kept, `pacman-fetch-${gone}-abcdef`]) mkdirSync(folder.file(name));
    removeAbandoned(folder.path);
    expect(readdirSync(folder.path)).toEqual(kept.toSorted());
  });
});

describe.skipIf(missing('root', 'linux'))('a staging directory below a default ACL', () => {
  it('is not shared, which says whose ACL it is and what to do', () => {
    using folder = temporaryFolder();
    setDefaultAcl(folder.path, stranger.uid);
    using above = Folder.open(folder.path);
    using staging = Staging.make(above);
    const runner = { uid: 65_534, gid: 1_900_000_000, privateGroup: { state: 'chosen' } } as const;
    const refusal = {
      code: 'file',
      message: `${folder.path} has a default ACL, which could give other users access to what is shared there`,
      hint: `Remove that ACL: "setfacl -k ${folder.path}".`,
    };
    expect(() => staging.openTo(runner)).toThrow(expect.objectContaining(refusal) as Error);
    // The twin: given to a user it has no mask that lets others in.
    staging.openTo({ uid: 65_534, gid: 65_534 });
    expect(statSync(staging.path)).toMatchObject({ uid: 65_534, mode: 0o40_700 });
  });
});

describe.skipIf(missing('root', 'linux'))('a staging directory as a home', () => {
  it('has settings of root’s that say nothing, and are not the user’s to change', () => {
    using folder = temporaryFolder();
    using above = Folder.open(folder.path);
    using staging = Staging.make(above);
    staging.openTo({ uid: stranger.uid, gid: stranger.gid });
    staging.furnish();
    const { uid, mode, size } = statSync(join(staging.path, '.curlrc'));
    expect({ uid, mode: mode & 0o7777, size }).toEqual({ uid: 0, mode: 0o444, size: 0 });
  });

  it('is not used where somebody has put settings there first', () => {
    using folder = temporaryFolder();
    using above = Folder.open(folder.path);
    using staging = Staging.make(above);
    staging.openTo({ uid: stranger.uid, gid: stranger.gid });
    writeFileSync(join(staging.path, '.curlrc'), 'insecure');
    expect(() => staging.furnish()).toThrow('cannot hold an empty .curlrc: EEXIST');
  });
});

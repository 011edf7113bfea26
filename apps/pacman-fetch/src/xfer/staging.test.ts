import { chmodSync, chownSync, existsSync, lchownSync, mkdirSync, readdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';

import { missing, runProgram, stranger, temporaryFolder, World } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { processMark } from '../process-mark.js';
import { removeAbandoned } from './staging.js';

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

  it('is not removed in a sticky folder: a neighbour may have moved what holds files of root’s there', async () => {
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

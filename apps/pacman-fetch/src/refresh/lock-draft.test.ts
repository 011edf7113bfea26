/* What lies under the name of a lock's draft: only one process of ours at a time may have it. */
import { chownSync, linkSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';

import { Folder } from '@sb/files';
import { bundleFixture, missing, runProgram, smallDisk, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { processMark } from '../process-mark.js';
import { DatabaseLock } from './database-lock.js';
import { LockDraft } from './lock-draft.js';

let place: TemporaryFolder;
let folder: Folder;
beforeEach(() => {
  place = temporaryFolder();
  folder = Folder.open(place.path);
});
afterEach(() => {
  folder.close();
  place[Symbol.dispose]();
});

const open = (): LockDraft => LockDraft.open(folder, 'new');

describe.skipIf(missing('linux', 'root'))('the draft of a lock', () => {
  it('is there once, and goes', () => {
    const draft = open();
    expect(open).toThrow(/another process/);
    draft[Symbol.dispose]();
    expect(readdirSync(place.path)).toEqual([]);
    open()[Symbol.dispose]();
  });

  it('of another user, who could hold it for ever, is not taken', () => {
    writeFileSync(place.file('new'), '');
    chownSync(place.file('new'), 65_534, 0);
    expect(open).toThrow(/new belongs to uid 65534/);
    chownSync(place.file('new'), 0, 0);
    open()[Symbol.dispose]();
  });

  it('that became a lock already is not written again: the lock stays as it is', () => {
    writeFileSync(place.file('lock'), 'a lock');
    linkSync(place.file('lock'), place.file('new'));
    using draft = open();
    draft.write('another');
    expect(readFileSync(place.file('lock'), 'utf8')).toBe('a lock');
    expect(draft.name('lock')).toBe(false);
    expect(statSync(place.file('new')).mode).toBe(0o100_600);
  });
});

describe.skipIf(missing('linux', 'root', 'unshare'))('a lock where files have one name', () => {
  const fixture = bundleFixture(new URL('../../test/sync/fixtures/lock-on-full-disk.ts', import.meta.url), 'external');
  const make = async (...args: readonly string[]) => {
    await using disk = await smallDisk(place.path);
    const [enter = '', ...prefix] = disk.prefix;
    const words = [...prefix, process.execPath, fixture, place.path, ...args];
    const { stdout, stderr } = await runProgram(enter, words);
    expect(stderr).toBe('');
    return JSON.parse(stdout) as unknown;
  };

  it('goes where the disk has no room for it: an empty one would be taken for pacman’s', async () => {
    expect(await make('fill')).toEqual({ code: 'ENOSPC', names: [], lock: [] });
  });

  it('is whole where there is room: the twin', async () => {
    expect(await make()).toEqual({ names: ['lock'], lock: ['a lock'] });
  });
});

describe.skipIf(missing('linux', 'root'))('the lock of databases', () => {
  const lock = (): string => place.file('db.lck');
  const take = (): DatabaseLock => DatabaseLock.take(place.path);
  const gone = processMark().replace(/-\d+-/, '-1-');

  it('is taken once, and removed by who took it', () => {
    const held = take();
    expect(take).toThrow(/unable to lock database/);
    held[Symbol.dispose]();
    expect(readdirSync(place.path)).toEqual([]);
  });

  it.each([
    ['pacman’s', ''],
    ['of a process that is there', `pacman-fetch ${processMark()}\n`],
    ['of another container', `pacman-fetch ${gone.replace(/\d+$/, '1')}\n`],
    ['with something behind ours', `pacman-fetch ${gone}\nx`],
  ])('%s stays', (_, content) => {
    writeFileSync(lock(), content);
    expect(take).toThrow(/unable to lock database/);
    DatabaseLock.removeAbandoned(place.path);
    expect(readFileSync(lock(), 'utf8')).toBe(content);
  });

  it('of a pacman-fetch that has ended is removed, and taken: the twin', () => {
    writeFileSync(lock(), `pacman-fetch ${gone}\n`);
    take()[Symbol.dispose]();
    writeFileSync(lock(), `pacman-fetch ${gone}\n`);
    DatabaseLock.removeAbandoned(place.path);
    expect(readdirSync(place.path)).toEqual([]);
  });

  it('that is another one’s by the time it is given back stays', () => {
    const held = take();
    writeFileSync(lock(), 'another');
    held[Symbol.dispose]();
    expect(readFileSync(lock(), 'utf8')).toBe('another');
  });
});

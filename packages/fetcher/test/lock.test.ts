/* Who can keep a download from beginning, and who can't. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync, statSync, writeFileSync } from 'node:fs';

import { compileC, compileFixture, missing, runProgram, temporaryFolder, type TemporaryFolder } from '@sb/test-kit';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { lockFile } from '../src/disk/lock.js';
import { errorOf, fetchOne } from './kit/fetch.js';
import { fileServer, rawServer } from './kit/server.js';

const nobody = 65_534;
const programs = temporaryFolder();
const locker = programs.file('lock');

let folder: TemporaryFolder;
let path: string;
const holders: ChildProcess[] = [];
beforeAll(async () => await compileC(locker, { from: import.meta.url, sources: ['fixtures/lock.c'] }));
afterAll(() => programs[Symbol.dispose]());
beforeEach(() => {
  folder = temporaryFolder();
  path = folder.file('x.part');
  writeFileSync(path, '', { mode: 0o644 });
});
afterEach(() => {
  for (const holder of holders.splice(0)) holder.kill('SIGKILL');
  folder[Symbol.dispose]();
});

/** Starts a program that does something to the file, says that it has, and stays. */
async function hold(program: string, args: readonly string[], uid = 0): Promise<ChildProcess> {
  const child = spawn(program, args, { uid, gid: uid, stdio: ['ignore', 'pipe', 'inherit'] });
  holders.push(child);
  await Promise.race([once(child.stdout, 'data'), once(child, 'exit')]);
  expect(child.exitCode).toBeNull();
  return child;
}

/** Locks and closes at once. */
function tryLock(): boolean {
  const descriptor = openSync(path, 'r+');
  try {
    return lockFile(descriptor, path) !== undefined;
  } finally {
    closeSync(descriptor);
  }
}

const busy = /another process downloads to/;

describe.skipIf(missing('root', 'linux', 'landlock6'))('a file', () => {
  it('is locked once, until it is unlocked or closed', () => {
    const [one, other] = [openSync(path, 'r+'), openSync(path, 'r+')];
    const lock = lockFile(one, path);
    expect(() => lockFile(other, path)).toThrow(busy);
    lock?.close();
    expect(lockFile(other, path)).toBeDefined();
    expect(() => lockFile(one, path)).toThrow(busy);
    closeSync(other);
    expect(lockFile(one, path)).toBeDefined();
    closeSync(one);
  });

  it('that another process writes is not written until that process is killed', async () => {
    const holder = await hold(locker, ['write', path]);
    expect(tryLock).toThrow(busy);
    const ended = once(holder, 'exit');
    holder.kill('SIGKILL');
    await ended;
    expect(tryLock()).toBe(true);
  });

  it('is locked for other containers too', async () => {
    await hold('unshare', ['--net', '--pid', '--fork', '--kill-child', '--mount', locker, 'write', path]);
    expect(tryLock).toThrow(busy);
  });

  it('is not locked by a process that only knows its inode', async () => {
    const { dev, ino } = statSync(path);
    const fixture = compileFixture(new URL('fixtures/squatter.ts', import.meta.url));
    await hold(process.execPath, [fixture, `sb-fetcher:${dev}:${ino}`], nobody);
    expect(tryLock()).toBe(true);
  });

  it('is written also while a reader holds a lock on it', async () => {
    await using server = await fileServer({ '/x': 'content' });
    // The control: that lock is in the way of one to write.
    await hold(locker, ['read', path], nobody);
    expect(tryLock()).toBe(false);
    const request = { sources: [`${server.origin}/x`], to: folder.file('x') };
    expect(errorOf(await fetchOne(request))).toBeUndefined();
    expect(readFileSync(folder.file('x'), 'latin1')).toBe('content');
  });

  it('of an earlier attempt is not written by two processes while a reader locks it', async () => {
    writeFileSync(path, 'begin');
    const reader = await hold(locker, ['read', path], nobody);
    await using server = await rawServer(() => {});
    const end = new AbortController();
    const request = { sources: [`${server.origin}/x`], to: folder.file('x') };
    const first = fetchOne(request, { signal: end.signal });
    try {
      await expect.poll(() => server.requests.length, { timeout: 5000 }).toBe(1);
      expect(errorOf(await fetchOne(request))).toMatch(busy);
      // The reader can't do that again: nobody else may read the new one until it is whole.
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect((await runProgram('cat', [path], { uid: nobody, gid: nobody })).stderr).toMatch(/Permission denied/);
      expect(reader.exitCode).toBeNull();
    } finally {
      end.abort();
      await first;
    }
  });
});

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, writeFileSync } from 'node:fs';

import { missing, temporaryFolder } from '@sb/test-kit';
import { afterAll, describe, expect, it } from 'vitest';

import { shareFile, tryLockFile, unlockFile } from './file-lock.js';

const folder = temporaryFolder();
const path = folder.file('x');
afterAll(() => folder[Symbol.dispose]());
writeFileSync(path, '');

describe.skipIf(missing('linux'))('a lock of a file', () => {
  it('is not for who may only read', () => {
    const descriptor = openSync(path, 'r');
    expect(tryLockFile(descriptor)).toEqual({ state: 'unknown', errno: 'EBADF' });
    closeSync(descriptor);
  });

  it('is one process’s and those that inherit it, until the last has closed it', async () => {
    const [one, other] = [openSync(path, 'r+'), openSync(path, 'r+')];
    expect(tryLockFile(one)).toEqual({ state: 'locked' });
    const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore', one] });
    closeSync(one);
    expect(tryLockFile(other)).toEqual({ state: 'taken' });
    child.stdin?.end();
    await once(child, 'exit');
    expect(tryLockFile(other)).toEqual({ state: 'locked' });
    closeSync(other);
  });

  it('that is released is free, for all that have inherited it', async () => {
    const [one, other] = [openSync(path, 'r+'), openSync(path, 'r+')];
    expect(tryLockFile(one)).toEqual({ state: 'locked' });
    const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore', one] });
    expect(unlockFile(one)).toBeUndefined();
    expect(tryLockFile(other)).toEqual({ state: 'locked' });
    for (const descriptor of [one, other]) closeSync(descriptor);
    expect(unlockFile(one)).toBe('EBADF');
    child.stdin?.end();
    await once(child, 'exit');
  });

  it('may be shared by any number of readers, and locked by none meanwhile', async () => {
    const [one, other, whole] = [openSync(path, 'r'), openSync(path, 'r'), openSync(path, 'r+')];
    expect([shareFile(one), shareFile(other)]).toEqual([undefined, undefined]);
    const child = spawn('cat', { stdio: ['pipe', 'ignore', 'ignore', one] });
    for (const descriptor of [one, other]) closeSync(descriptor);
    expect(tryLockFile(whole)).toEqual({ state: 'unknown', errno: 'EBUSY' });
    child.stdin?.end();
    await once(child, 'exit');
    expect(tryLockFile(whole)).toEqual({ state: 'locked' });
    const late = openSync(path, 'r');
    expect(shareFile(late)).toBe('EAGAIN');
    for (const descriptor of [late, whole]) closeSync(descriptor);
    expect(shareFile(late)).toBe('EBADF');
  });
});

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';

import { type Attempt, missing, temporaryFolder } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { answers, sbRun } from '../sb-run.js';

describe.skipIf(missing('root', 'landlock7'))('sb-run: options say what the policy says already, or more', () => {
  it.each<[what: string, landlock: unknown, before: string]>([
    ['says nothing of files', undefined, 'EACCES'],
    ['names a preset', 'read-only', 'EACCES'],
    ['names another preset', 'minimal', 'EACCES'],
    ['has rules', { paths: [{ ro: '/etc' }] }, 'EACCES'],
    ['has the same rule', { paths: [{ rw: 'FOLDER' }] }, 'OK'],
  ])('--rw adds to a file that %s', async (_, landlock, before) => {
    using folder = temporaryFolder();
    const path = folder.file('open');
    mkdirSync(path);
    chmodSync(path, 0o777);
    const file = folder.file('policy.json');
    const document = JSON.stringify({ user: 'nobody', ...(landlock === undefined ? {} : { landlock }) });
    writeFileSync(file, document.replaceAll('FOLDER', path));
    const create = (name: string): readonly Attempt[] => [['create', `${path}/${name}`]];
    expect(await answers(['--policy', file], create('a'))).toEqual([before]);
    expect(await answers(['--policy', file, '--rw', path], create('b'))).toEqual(['OK']);
    expect(await answers(['--policy', file, '--rw', path, '--rw', path, '--ro', path], create('c'))).toEqual(['OK']);
  });

  it('a file that switches the layer off is not added to', async () => {
    using folder = temporaryFolder();
    const file = folder.file('policy.json');
    writeFileSync(file, JSON.stringify({ landlock: 'off' }));
    const { status, stderr } = await sbRun(['--policy', file, '--rw', '.', '--', 'true']);
    expect({ status, stderr }).toEqual({
      status: 125,
      stderr: expect.stringMatching(/the policy file switches landlock off, but --rw adds to it/),
    });
  });

  it.each([
    [['--rw', '/tmp', '--rw', '/tmp']],
    [['--ro', '/']],
    [['--rx', '/usr', '--ro', '/usr']],
    [['--fs', 'minimal', '--rx', '/lib', '--rx', '/usr', '--rx', '/bin']],
  ])('%j starts a program', async (options) => {
    expect(await sbRun([...options, '--', '/bin/echo', 'ran'])).toMatchObject({ status: 0, stdout: 'ran\n' });
  });
});

/* Who answers for a mount, by the kernel's list of mounts. */
import { closeSync, openSync } from 'node:fs';

import { mountIn, servingUserIn } from '@sb/core';
import { missing } from '@sb/test-kit';
import { describe, expect, it } from 'vitest';

import { servedDirectories, servingUserOf } from './serving-user.js';

const fuse = (options: string, flags = 'rw,nosuid,nodev', type = 'fuse.sshfs') =>
  `41 29 0:57 / /mnt ${flags} shared:2 master:1 - ${type} source ${options}`;

describe('a mount', () => {
  it.each([
    [fuse('rw,user_id=1234,group_id=1234,allow_other'), 1234],
    [fuse('rw,group_id=0,user_id=4294967294'), 4_294_967_294],
    // Root may have left out what fusermount adds.
    [fuse('rw,user_id=1234,group_id=0', 'rw'), 1234],
    [fuse('rw,user_id=1000,group_id=1000', 'rw', 'fuseblk'), 1000],
    ['41 29 0:57 / /mnt rw,nosuid,nodev - fuse source rw,user_id=7', 7],
    // Names of others.
    [fuse('rw,user_id=1234').replace('/mnt', '/user_id=0,\\040-\\040virtiofs'), 1234],
    [fuse('rw,user_id=1234').replace('source', 'virtiofs,user_id=0'), 1234],
  ])('of a user is that user’s: %s', (line, user) => {
    expect(servingUserIn(line)).toBe(user);
  });

  it.each([
    fuse('rw'),
    fuse('rw,group_id=0,my_user_id=0'),
    fuse('rw,user_id=,group_id=0'),
    fuse('rw', 'ro,nodev,noexec,nosuid', 'fuse'),
  ])('of an unknown user counts as such: %s', (line) => {
    expect(servingUserIn(line)).toBe('unknown');
  });

  it.each([
    fuse('rw,user_id=0,group_id=0,allow_other'),
    fuse('rw', 'rw', 'virtiofs'),
    fuse('rw', 'rw,nosuid,nodev', 'virtiofs'),
    fuse('rw', 'rw,nosuid'),
    fuse('rw', 'rw,nodev'),
  ])('of root counts as root’s: the twin: %s', (line) => {
    expect(servingUserIn(line)).toBeUndefined();
  });

  it('of a user that root may enter is named by its directory', () => {
    const mounts = [
      fuse('rw,user_id=1234,group_id=1234,allow_other').replace('/mnt', '/home/a\\040b\\134\u00e9'),
      fuse('rw,user_id=1234,group_id=1234'),
      fuse('rw,user_id=0,group_id=0,allow_other'),
      fuse('rw,user_id=1234,allow_other', 'rw', 'ext4'),
      '',
    ];
    // As the kernel's file is read: a character for each byte.
    const text = Buffer.from(mounts.join('\n')).toString('latin1');
    expect(servedDirectories(text)).toEqual(['/home/a b\\\u00e9']);
  });

  it('is found by its whole number', () => {
    const text = ['141 29 a', '41 29 b', '4 41 c', ''].join('\n');
    expect(mountIn(text, 41)).toBe('41 29 b');
    expect(mountIn(text, 1)).toBeUndefined();
    expect(mountIn(text, Number.NaN)).toBeUndefined();
    expect(mountIn('', 0)).toBeUndefined();
  });

  it.skipIf(missing('linux'))('of the kernel counts as no user’s', () => {
    for (const path of ['/', '/proc', '/dev']) {
      const descriptor = openSync(path, 'r');
      expect(servingUserOf(descriptor)).toBeUndefined();
      closeSync(descriptor);
    }
  });
});

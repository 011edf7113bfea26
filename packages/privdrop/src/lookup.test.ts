import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import type { PrivdropErrorCode } from './errors.js';
import { lookupUser, ownerOf } from './lookup.js';

/** The name service's own answer, from getent(1). */
function getent(database: 'passwd' | 'group', key: string): string[] {
  return execFileSync('getent', [database, key], { encoding: 'utf8' }).trim().split(':');
}

describe('lookupUser', () => {
  it.each(['nobody', 'daemon', 'root'])('agrees with getent on %s', (name) => {
    const [, , uid, gid, , home, shell] = getent('passwd', name);
    const expected = { name, uid: Number(uid), gid: Number(gid), home, shell };
    expect(lookupUser(name)).toMatchObject(expected);
    expect(lookupUser(Number(uid))).toMatchObject({ uid: Number(uid), gid: Number(gid) });
  });

  it.each(['nobody', 'www-data', 'daemon'])('lists the groups that id(1) lists for %s', (name) => {
    const listed = execFileSync('id', ['-G', name], { encoding: 'utf8' }).trim().split(' ').map(Number);
    const { gid, groups } = lookupUser(name);
    expect(new Set([gid, ...groups])).toEqual(new Set(listed));
  });

  it('takes another group, and groups by name or number', () => {
    const [, , daemon] = getent('group', 'daemon');
    const found = lookupUser({ user: 'nobody', group: 'daemon', groups: ['daemon', 4] });
    expect(found).toMatchObject({ gid: Number(daemon), groups: [Number(daemon), 4] });
  });

  it('takes a uid without an entry only with a group', () => {
    expect(lookupUser({ user: 3_000_000_000, group: 3_000_000_001 })).toEqual({
      uid: 3_000_000_000,
      gid: 3_000_000_001,
      home: '/',
      shell: '/bin/sh',
      groups: [],
    });
    expect(() => lookupUser(3_000_000_000)).toThrow(expect.objectContaining({ code: 'uid-without-gid' }));
  });

  it.each<[string | number, PrivdropErrorCode]>([
    ['no-such-user-here', 'unknown-user'],
    ['', 'invalid-name'],
    ['0', 'invalid-name'],
    ['954', 'invalid-name'],
    ['-1', 'invalid-name'],
    ['+1', 'invalid-name'],
    [' nobody', 'invalid-name'],
    ['nobody\n', 'invalid-name'],
    ['nobody:x', 'invalid-name'],
    ['no\0body', 'invalid-name'],
    ['../nobody', 'invalid-name'],
    [-1, 'invalid-name'],
    [0xffff_ffff, 'invalid-name'],
    [2 ** 32, 'invalid-name'],
    [1.5, 'invalid-name'],
    [Number.NaN, 'invalid-name'],
  ])('refuses user %j as %s', (user, code) => {
    expect(() => lookupUser(user)).toThrow(expect.objectContaining({ code, hint: expect.any(String) as string }));
  });

  it.each<[string | number, PrivdropErrorCode]>([
    ['no-such-group-here', 'unknown-group'],
    ['27', 'invalid-name'],
    ['', 'invalid-name'],
    [-1, 'invalid-name'],
  ])('refuses group %j as %s', (group, code) => {
    expect(() => lookupUser({ user: 'nobody', group })).toThrow(expect.objectContaining({ code }));
    expect(() => lookupUser({ user: 'nobody', groups: [group] })).toThrow(expect.objectContaining({ code }));
  });
});

describe('ownerOf', () => {
  it('is the user that owns a directory', () => {
    const { uid } = statSync('/etc');
    expect(ownerOf('/etc')).toEqual(lookupUser(uid));
  });

  it('says which path is not there', () => {
    expect(() => ownerOf('/nonexistent')).toThrow("'/nonexistent'");
  });
});

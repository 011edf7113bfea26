import { statSync } from 'node:fs';

import { errnoName } from '@sb/core';

import { referenceReader } from './documents.js';
import { documentPlace, type PrivdropErrorCode, privdropError } from './errors.js';
import { checkedId, checkName } from './ids.js';
import { requireUsers } from './identity.js';
import { native, type NativeUser } from './native.js';
import type { UserIdentity, UserReference } from './options.js';

/**
 * Looks up a user in the system's name service, so it also finds LDAP and systemd users. Blocks until the name service
 * answers.
 *
 * @param who - login name, uid, or a {@link UserReference}
 * @throws PrivdropError `unknown-user`, `unknown-group`, `invalid-name`, `uid-without-gid`, `unsupported-platform`
 * @see getpwnam_r(3), getgrouplist(3)
 */
export function lookupUser(who: string | number | UserReference): UserIdentity {
  requireUsers('lookup-user');
  const read = referenceReader.read(who, documentPlace('user'));
  const { user, group, groups } = typeof read === 'object' ? read : { user: read, group: undefined, groups: undefined };
  const entry = typeof user === 'string' ? userByName(user) : userById(user, group !== undefined);
  const gid = group === undefined ? entry.gid : groupId(group);
  return Object.freeze({
    ...entry,
    gid,
    shell: entry.shell === '' ? '/bin/sh' : entry.shell,
    groups: Object.freeze(groups === undefined ? groupsOf(entry.name, gid) : groups.map(groupId)),
  });
}

/**
 * Returns the user that owns a file or directory, for example to infer a sandbox user from a cache directory. The group is
 * that of the user's entry. If the owner has no entry, it is the group of the file. On a file system that a user serves
 * (FUSE), that user decides which owner is reported: check for such a file system before.
 *
 * @param path - an existing file or directory; a symbolic link is followed
 * @throws the error of `statSync`; PrivdropError `unsupported-platform`
 */
export function ownerOf(path: string): UserIdentity {
  requireUsers('owner-of');
  const { uid, gid } = statSync(path);
  const entry = native().user(uid);
  const hasNone = typeof entry === 'number' && errnoName(entry) === 'ENOENT';
  return hasNone ? lookupUser({ user: uid, group: gid, groups: [] }) : lookupUser(uid);
}

/** Returns the id of a group by its name, or checks an id. */
export function groupId(group: string | number): number {
  if (typeof group === 'number') return checkedId(group, 'group');
  checkName(group, 'group');
  const found = native().group(group);
  return typeof found === 'number' ? notFound('unknown-group', `group ${JSON.stringify(group)}`, found) : found.gid;
}

type Entry = Omit<NativeUser, 'name'> & { readonly name?: string };

function userByName(name: string): Entry {
  checkName(name, 'user');
  const found = native().user(name);
  return typeof found === 'number' ? notFound('unknown-user', `user ${JSON.stringify(name)}`, found) : found;
}

function userById(uid: number, hasGroup: boolean): Entry {
  const found = native().user(checkedId(uid, 'user'));
  if (typeof found !== 'number') return found;
  if (errnoName(found) !== 'ENOENT') notFound('unknown-user', `uid ${uid}`, found);
  if (!hasGroup) {
    throw privdropError('uid-without-gid', 'lookup-user', {
      what: `uid ${uid} has no entry and no group was given`,
      hint: 'Give a group too: { user, group }, or --user USER:GROUP of sb-run. A uid alone would keep the present group.',
    });
  }
  // lookupUser replaces 0 by the given group.
  return { uid, gid: 0, home: '/', shell: '' };
}

function groupsOf(name: string | undefined, gid: number): number[] {
  if (name === undefined) return [];
  const found = native().groupsOf(name, gid);
  if (typeof found === 'number') return notFound('syscall-failed', `the groups of ${name}`, found);
  return found.filter((group) => group !== gid);
}

function notFound(code: PrivdropErrorCode, what: string, errno: number): never {
  if (errnoName(errno) === 'ENOENT') {
    throw privdropError(code, 'lookup', {
      what: `${what} does not exist`,
      hint: `Create it (on Linux: "${code === 'unknown-group' ? 'groupadd' : 'useradd'} --system NAME"), or name another.`,
    });
  }
  throw privdropError('syscall-failed', 'lookup', {
    what: `cannot look up ${what}: ${errnoName(errno)}`,
    hint: 'Check the name service (nsswitch.conf, nscd, sssd) and try again.',
    errno: errnoName(errno),
  });
}

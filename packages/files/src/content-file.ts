import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';

import type { ServingUser } from '@sb/core';

import { refusal } from './errors.js';
import { fromHere } from './from-here.js';
import { naming } from './named-path.js';
import { ownDescriptor } from './own-descriptor.js';
import { effectiveUser } from './own-user.js';
import { servingUserOf } from './serving-user.js';
import { walk } from './walk.js';

const readableByAll = 0o004;
const sticky = 0o1000;

// Does not wait for the other end of a pipe.
const flags = constants.O_RDONLY | constants.O_NONBLOCK;

/**
 * Opens a file that may belong to any user, because only its content is used, for instance to copy or checksum it. A
 * user with write access to a directory on the path could redirect the path to another user's file, and so disclose it.
 * So a symbolic link is followed only if it belongs to root, to this process's user, or to the owner of the file to
 * which it leads. The kernel does the same in sticky directories (`protected_symlinks`, proc_sys_fs(5)). A file that
 * not all users may read is read only if no other user than those three can have moved it there. If an ordinary user
 * serves a file system, its files count as that user's ({@link ServingUser}). Only a regular file is opened, without
 * waiting.
 *
 * @param path - a file, or a path such as `/dev/fd/N` for one that the caller has passed, which may be anything
 * @returns a descriptor to read from
 * @throws SandboxError `untrusted-file`, `untrusted-path`; Error of the system
 */
export function openContentFile(path: string): number {
  if (ownDescriptor(path) !== undefined) return openSync(path, constants.O_RDONLY);
  return process.platform === 'linux' ? openWalking(fromHere(path)) : openPlain(path);
}

function openPlain(path: string): number {
  const descriptor = openSync(path, flags | constants.O_NOFOLLOW);
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  return refuse(path, 'it is not a regular file');
}

function openWalking(path: string): number {
  const owners = new Set<number>();
  const folders: Owned[] = [];
  const held = walk(path, {
    folder: ({ stats, servedBy }) => folders.push(owned(stats, servedBy)),
    link: ({ stats, servedBy }) => owners.add(owned(stats, servedBy).uid),
    refuse: (_, why) => refuse(path, why),
  });
  try {
    return openHeld(held, path, { owners, folders });
  } finally {
    closeSync(held);
  }
}

/** What decided where a path leads: owners of links, and directories. */
interface Way {
  readonly owners: ReadonlySet<number>;
  readonly folders: readonly Owned[];
}

/** The owner of something, and who else may write to it. */
type Owned = Pick<Stats, 'uid' | 'gid' | 'mode'>;

/** Of an unknown user. */
const stranger = -1;

/** @param servedBy - the user who serves the file system, and so decides about its owner and mode */
function owned({ uid, gid, mode }: Stats, servedBy: ServingUser | undefined): Owned {
  return { uid: servedBy === 'unknown' ? stranger : (servedBy ?? uid), gid, mode };
}

function openHeld(held: number, path: string, { owners, folders }: Way): number {
  const stats = fstatSync(held);
  const { uid } = owned(stats, servingUserOf(held));
  if (!stats.isFile()) refuse(path, 'it is not a regular file');
  const trusted = new Set([0, effectiveUser(), uid]);
  for (const owner of owners) {
    if (!trusted.has(owner)) refuse(path, `a symbolic link of uid ${owner} leads to a file of uid ${uid}`);
  }
  if (
    (stats.mode & readableByAll) === 0 &&
    folders.some((one, index) => isOpen(one, trusted, index < folders.length - 1))
  ) {
    refuse(path, 'not all users may read it, and another user than its owner may have moved it there');
  }
  const place = `/proc/self/fd/${held}`;
  return naming(place, path, () => openSync(place, flags));
}

/**
 * Whether other users than these can have put the next part of a path into a directory. Into a sticky directory they
 * can move files of other users, but not directories: moving a directory needs write access to it (rename(2)).
 */
function isOpen({ uid, gid, mode }: Owned, trusted: ReadonlySet<number | undefined>, holdsFolder: boolean): boolean {
  if (trusted.has(uid) && holdsFolder && (mode & sticky) !== 0) return false;
  return !trusted.has(uid) || (mode & 0o002) !== 0 || ((mode & 0o020) !== 0 && gid !== 0);
}

function refuse(path: string, why: string): never {
  const hint = 'Name the file itself, in a place that nobody else can change.';
  throw refusal('untrusted-file', { path, what: `${path} is not read: ${why}`, hint });
}

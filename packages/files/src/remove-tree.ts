import { closeSync, constants, fstatSync, openSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { dirname } from 'node:path';

import { clockNow, errorCode, lateCrypto, mountOf } from '@sb/core';

import { namesIn } from './names-in.js';
import { effectiveUser, isRoot } from './own-user.js';
import { openToEmpty, ownerOf, type Takeover } from './taken-directory.js';
import { oPath } from './o-path.js';

/** The most nested directories that are open at once: each needs a descriptor, and a few stack frames. */
const maxDepth = 64;

/** The most directories that are moved up: a process that continues to nest them must not block this one. */
const maxMoves = 100_000;

/**
 * Milliseconds. This process handles nothing meanwhile, not even a signal: the user who filled the directory must not
 * block it for longer.
 */
const maxTime = 3000;

/**
 * Removes a directory and all its content, even while a process of its owner changes it. Names are looked up in open
 * directories, so none of them can be turned into a link that leads elsewhere. The directory may be missing.
 *
 * Deeply nested directories are moved up to the first one and removed from there. Mount points in it are left
 * unchanged, and their servers are not asked. If the mode of a directory that it owns does not permit writing, this
 * process changes the mode. Root first makes every directory its own, so that no other user fills it. It takes at most
 * three seconds.
 *
 * Root empties only directories of one other user, and its own that are not in them. What else is in a directory of
 * that user may have been moved there, by somebody who may not remove it. It stays, and all else goes.
 *
 * @param path - its path, of which only the last name may be under the control of other users
 * @param until - when it must have ended, by clockNow(); for several that have three seconds together
 * @throws Error of the system. EXDEV or EBUSY if something is mounted in it. ENOTEMPTY if a process still writes to it.
 *   EACCES for a directory that stays. ELOOP if directories are nested without limit. ETIME if three seconds are not enough. Another call removes the rest
 */
export function removeTree(path: string, until: number = timeToRemove()): void {
  const above = mountAbove(path);
  if (above === undefined) return;
  const own = effectiveUser();
  const top: Top = {
    inside: undefined,
    until,
    own,
    other: undefined,
    takes: isRoot(),
    moves: 0,
    hasOthers: false,
    stays: undefined,
  };
  remove(Buffer.from(path), { mount: above, depth: 0, isOthers: false, top });
  if (top.stays !== undefined) throw failure('EACCES', top.stays);
}

/** When a removal that starts now must have ended, by clockNow(). */
export function timeToRemove(): number {
  return clockNow() + maxTime;
}

/** The position of a removal. */
interface Level {
  /** The mount where it started: mounts in it belong to others. */
  readonly mount: Mount;
  readonly depth: number;
  /** Whether the directory above is the other user's. */
  readonly isOthers: boolean;
  /** The place for directories that are nested too deeply. */
  readonly top: Top;
}

/** The common state of a removal. */
interface Top extends Takeover {
  /** Path of the first directory, once it is open, with a slash; undefined before. */
  inside: Buffer | undefined;
  /** By clockNow(). */
  readonly until: number;
  moves: number;
  /** Whether directories of the other user's were moved up to the first one. */
  hasOthers: boolean;
  /** Why a directory stays. */
  stays: string | undefined;
}

/** Possible errors of unlink(2) for a directory; ENOTEMPTY is from Deno, which also tries rmdir(2). */
const maybeFolder: ReadonlySet<string | undefined> = new Set(['EISDIR', 'EPERM', 'EACCES', 'ENOTEMPTY']);

/** The mount of the directory with the name; undefined if it is missing by now. */
function mountAbove(path: string): Mount | undefined {
  const above = holdFolder(Buffer.from(dirname(path)), 0);
  if (above === undefined) return undefined;
  try {
    return mountAt(above);
  } finally {
    closeSync(above);
  }
}

/** Nothing is examined by its name: the server of a file system that is mounted there may never answer. */
function remove(path: Buffer, level: Level): void {
  const { depth, top } = level;
  if (clockNow() > top.until) throw failure('ETIME', 'it contains more than can be removed at once');
  const refused = unlinked(path);
  if (refused === undefined) return;
  if (depth >= maxDepth && top.inside !== undefined) {
    top.hasOthers ||= level.isOthers;
    moveUp(path, top.inside, top);
    return;
  }
  const opened = openBelow(path, refused, level);
  if (opened === undefined) return;
  let isKept: boolean;
  try {
    empty(Buffer.from(`/proc/self/fd/${opened.folder}/`), { ...level, isOthers: opened.isOthers });
    // By its descriptor, since the name may lead elsewhere by now.
    isKept = top.stays !== undefined && !isEmpty(opened.folder);
  } finally {
    closeSync(opened.folder);
  }
  if (!isKept) rmdirSync(path);
}

/** Whether an open or held directory has no entries. */
function isEmpty(folder: number): boolean {
  for (const _ of namesIn(Buffer.from(`/proc/self/fd/${folder}/`))) return false;
  return true;
}

/** A directory that is open to be emptied. */
interface Opened {
  readonly folder: number;
  /** Whether it is, or was, the other user's. */
  readonly isOthers: boolean;
}

/** Opens a directory on the same mount, to empty it; undefined if the name is missing by now. */
function openBelow(path: Buffer, refused: unknown, { mount, depth, isOthers, top }: Level): Opened | undefined {
  const held = heldFolder(path, refused);
  if (held === undefined) return undefined;
  try {
    if (mountAt(held) !== mount) throw failure('EXDEV', mounted);
    const whose = top.takes ? ownerOf(held, top) : 'own';
    const isInOthers = isOthers || (depth === 1 && top.hasOthers);
    if (whose === 'third' || (whose === 'own' && isInOthers)) {
      if (isEmpty(held)) rmdirSync(path);
      else top.stays ??= 'a directory of another user, or of root, was moved into it, and is not removed';
      return undefined;
    }
    return { folder: openToEmpty(held, top), isOthers: whose === 'other' };
  } finally {
    closeSync(held);
  }
}

const mounted = 'something is mounted there, and is not removed';

/** @returns why not, if it may be a directory; undefined if the name is missing by now */
function unlinked(path: Buffer): unknown {
  try {
    unlinkSync(path);
  } catch (error) {
    const code = errorCode(error);
    if (maybeFolder.has(code)) return error;
    // Finding out what is mounted on a file needs its server.
    if (code === 'EBUSY') throw failure('EXDEV', mounted);
    if (code !== 'ENOENT') throw error;
  }
  return undefined;
}

/** @param refused - why the name was not removed as a file */
function heldFolder(path: Buffer, refused: unknown): number | undefined {
  try {
    return holdFolder(path, constants.O_NOFOLLOW);
  } catch (error) {
    const code = errorCode(error);
    throw code === 'ENOTDIR' || code === 'ELOOP' ? refused : error;
  }
}

/** Holds a directory without opening it; undefined if the name is missing by now. */
function holdFolder(path: Buffer, flags: number): number | undefined {
  try {
    return openSync(path, oPath | constants.O_DIRECTORY | flags);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

type Mount = number | bigint;

/** The mount of something, or its device if the kernel does not number mounts. */
function mountAt(held: number): Mount {
  return mountOf(held) ?? fstatSync(held).dev;
}

/** Directories that were moved up to the first one meanwhile are removed in the next round. */
function empty(inside: Buffer, { mount, depth, isOthers, top }: Level): void {
  const isFirst = depth === 0;
  if (isFirst) top.inside = inside;
  const level = { mount, depth: depth + 1, isOthers, top };
  for (let before = -1; before !== top.moves;) {
    before = top.moves;
    // Names are read while they are removed: there may be millions of them.
    for (const { name } of namesIn(inside)) remove(Buffer.concat([inside, name]), level);
    if (!isFirst) return;
  }
}

function moveUp(path: Buffer, inside: Buffer, top: Top): void {
  if (top.moves === maxMoves) throw failure('ELOOP', 'directories are nested there without limit');
  top.moves += 1;
  renameSync(path, Buffer.concat([inside, Buffer.from(`.${lateCrypto().randomUUID()}`)]));
}

function failure(code: string, why: string): Error {
  return Object.assign(new Error(`${code}: ${why}`), { code });
}

import {
  chmodSync,
  chownSync,
  closeSync,
  constants,
  fstatSync,
  openSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';

import { errorCode } from '@sb/core';

import { mountOf } from './mount-of.js';
import { namesIn } from './names-in.js';
import { effectiveUser, isRoot } from './own-user.js';
import { oPath } from './walk.js';

/** Folders in each other that are gone down at once: a descriptor for each, and a few frames of the stack. */
const maxDepth = 64;

/** Folders that are moved up: who goes on nesting them meanwhile doesn't keep this process. */
const maxMoves = 100_000;

/** Milliseconds. Nobody is heard meanwhile, not even a signal: who has filled the folder must not keep this process for longer. */
const maxTime = 3000;

/**
 * Removes a folder and all that is in it, even while a process of its owner changes it: names are looked up in folders
 * that are open, so that none of them can be turned into a link that leads elsewhere. It may be gone already. What is
 * nested deeply is moved up to the first folder and removed from there. What is mounted in it is left alone, and nobody is asked about
 * it. A folder of ours that we may not write in, by its mode, is made one that we may; root makes every folder its own first, so that
 * nobody else fills it. It takes three seconds at the most.
 *
 * @param path - to it, of which only the last name may be in other hands
 * @param until - when it has to have ended, by performance.now(); for several that have three seconds together
 * @throws Error of the system: EXDEV or EBUSY where something is mounted in it, ENOTEMPTY where somebody still writes there,
 *   ELOOP where folders are nested without end, ETIME where there is more than three seconds remove; what is left goes with another
 *   call
 */
export function removeTree(path: string, until: number = timeToRemove()): void {
  const above = mountAbove(path);
  if (above === undefined) return;
  const own = effectiveUser();
  remove(Buffer.from(path), {
    mount: above,
    depth: 0,
    top: { inside: undefined, until, own, takes: isRoot(), moves: 0 },
  });
}

/** When a removal that begins now has to have ended, by performance.now(). */
export function timeToRemove(): number {
  return performance.now() + maxTime;
}

/** Where a removal is. */
interface Level {
  /** What it began on: what is mounted in it is somebody else's. */
  readonly mount: Mount;
  readonly depth: number;
  /** Takes what is nested too deeply. */
  readonly top: Top;
}

/** What all of a removal has in common. */
interface Top {
  /** Path of the first folder, open, with a slash; undefined until it is. */
  inside: Buffer | undefined;
  /** By performance.now(). */
  readonly until: number;
  /** Who this process is. */
  readonly own: number | undefined;
  /** Whether it takes every folder from whom it is. */
  readonly takes: boolean;
  moves: number;
}

/** What unlink(2) says of a folder, or may say of one; of Deno, which tries rmdir(2) as well, ENOTEMPTY. */
const maybeFolder: ReadonlySet<string | undefined> = new Set(['EISDIR', 'EPERM', 'EACCES', 'ENOTEMPTY']);

/** What the folder lies on that has the name; undefined where there is none any more. */
function mountAbove(path: string): Mount | undefined {
  const above = holdFolder(Buffer.from(dirname(path)), 0);
  if (above === undefined) return undefined;
  try {
    return mountAt(above);
  } finally {
    closeSync(above);
  }
}

/** Nothing is looked at by its name: the server of what somebody has mounted there may never answer. */
function remove(path: Buffer, level: Level): void {
  const { depth, top } = level;
  if (performance.now() > top.until) throw failure('ETIME', 'there is more than can be removed at once');
  const refused = unlinked(path);
  if (refused === undefined) return;
  if (depth >= maxDepth && top.inside !== undefined) {
    moveUp(path, top.inside, top);
    return;
  }
  const folder = openBelow(path, refused, level);
  if (folder === undefined) return;
  try {
    empty(Buffer.from(`/proc/self/fd/${folder}/`), level);
  } finally {
    closeSync(folder);
  }
  rmdirSync(path);
}

/** Opens a folder on the same mount, to empty it; undefined where nothing has the name any more. */
function openBelow(path: Buffer, refused: unknown, { mount, top }: Level): number | undefined {
  const held = heldFolder(path, refused);
  if (held === undefined) return undefined;
  try {
    if (mountAt(held) !== mount) throw failure('EXDEV', mounted);
    return openToEmpty(held, top);
  } finally {
    closeSync(held);
  }
}

const mounted = 'something is mounted there, and is left alone';

/** @returns why not, where it may be a folder; undefined where nothing has the name any more */
function unlinked(path: Buffer): unknown {
  try {
    unlinkSync(path);
  } catch (error) {
    const code = errorCode(error);
    if (maybeFolder.has(code)) return error;
    // Asking what is mounted on a file takes its server.
    if (code === 'EBUSY') throw failure('EXDEV', mounted);
    if (code !== 'ENOENT') throw error;
  }
  return undefined;
}

/** @param refused - why what has the name was not removed as a file */
function heldFolder(path: Buffer, refused: unknown): number | undefined {
  try {
    return holdFolder(path, constants.O_NOFOLLOW);
  } catch (error) {
    const code = errorCode(error);
    throw code === 'ENOTDIR' || code === 'ELOOP' ? refused : error;
  }
}

/** Holds a folder without opening it; undefined where nothing has the name any more. */
function holdFolder(path: Buffer, flags: number): number | undefined {
  try {
    return openSync(path, oPath | constants.O_DIRECTORY | flags);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

type Mount = number | bigint;

/** What something lies on: the mount, or where the kernel numbers none the device. */
function mountAt(held: number): Mount {
  return mountOf(held) ?? fstatSync(held).dev;
}

/** What an owner has to be allowed in a folder that he empties, and what he may have taken from himself: go(1) does. */
const whole = 0o700;

/** What others must not be allowed in one that is emptied. */
const othersWrite = 0o022;

/**
 * Opens a folder to empty it, as its owner. Root takes it first from whom it is: that user makes nothing in it any more, so that it
 * comes to an end, and mounts nothing there.
 */
function openToEmpty(held: number, { own, takes }: Top): number {
  const itself = `/proc/self/fd/${held}`;
  const isOurs = fstatSync(held).uid === own || (takes && taken(itself, own));
  const { mode } = fstatSync(held);
  const isOpen = (mode & whole) !== whole || (takes && (mode & othersWrite) !== 0);
  if (isOurs && isOpen) chmodSync(itself, whole);
  return openSync(itself, constants.O_RDONLY | constants.O_DIRECTORY);
}

/** @returns false where root may not, as root of a namespace that lacks the user, or of another machine (NFS) */
function taken(itself: string, own = 0): boolean {
  try {
    chownSync(itself, own, process.getegid?.() ?? 0);
    return true;
  } catch (error) {
    if (errorCode(error) === 'EPERM') return false;
    throw error;
  }
}

/** What was moved up to the first folder meanwhile is there for the next round. */
function empty(inside: Buffer, { mount, depth, top }: Level): void {
  const isFirst = depth === 0;
  if (isFirst) top.inside = inside;
  const level = { mount, depth: depth + 1, top };
  for (let before = -1; before !== top.moves;) {
    before = top.moves;
    // Names are read as they are removed: there may be millions of them.
    for (const { name } of namesIn(inside)) remove(Buffer.concat([inside, name]), level);
    if (!isFirst) return;
  }
}

function moveUp(path: Buffer, inside: Buffer, top: Top): void {
  if (top.moves === maxMoves) throw failure('ELOOP', 'folders are nested there without end');
  top.moves += 1;
  renameSync(path, Buffer.concat([inside, Buffer.from(`.${randomUUID()}`)]));
}

function failure(code: string, why: string): Error {
  return Object.assign(new Error(`${code}: ${why}`), { code });
}

import {
  chmodSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  lstatSync,
  opendirSync,
  openSync,
  readdirSync,
  renameSync,
  rmdirSync,
  unlinkSync,
} from 'node:fs';
import { randomUUID } from 'node:crypto';

import { errorCode } from '@sb/core';

import { effectiveUser } from './own-user.js';
import { oPath } from './walk.js';

/** Folders in each other that are gone down at once: a descriptor for each, and a few frames of the stack. */
const maxDepth = 64;

/** Folders that are moved up: who goes on nesting them meanwhile doesn't keep this process. */
const maxMoves = 100_000;

/** Bytes are what whoever fills the folder writes, UTF-8 or not; Node's types know of no such names. */
const namesAtOnce = { encoding: 'buffer' as BufferEncoding, bufferSize: 256 };

const isNode = !('bun' in process.versions) && !('deno' in process.versions);

/** Milliseconds. Nobody is heard meanwhile, not even a signal: who has filled the folder must not keep this process for longer. */
const maxTime = 3000;

/**
 * Removes a folder and all that is in it, even while a process of its owner changes it: names are looked up in folders
 * that are open, so that none of them can be turned into a link that leads elsewhere. It may be gone already. What is
 * nested deeply is moved up to the first folder and removed from there. What is mounted in it is left alone. A folder of
 * ours that we may not write in, by its mode, is made one that we may. It takes three seconds at the most.
 *
 * @param path - to it, of which only the last name may be in other hands
 * @param until - when it has to have ended, by performance.now(); for several that have three seconds together
 * @throws Error of the system: EXDEV or EBUSY where something is mounted in it, ENOTEMPTY where somebody still writes there,
 *   ELOOP where folders are nested without end, ETIME where there is more than three seconds remove; what is left goes with another
 *   call
 */
export function removeTree(path: string, until: number = timeToRemove()): void {
  remove(Buffer.from(path), undefined, until);
}

/** When a removal that begins now has to have ended, by performance.now(). */
export function timeToRemove(): number {
  return performance.now() + maxTime;
}

/** Where a removal is. */
interface Level {
  /** What it began on: what is mounted in it is somebody else's. */
  readonly device: number;
  readonly depth: number;
  /** Takes what is nested too deeply. */
  readonly top: Top;
}

/** The first folder. */
interface Top {
  /** Path of it, open, with a slash. */
  readonly inside: Buffer;
  /** By performance.now(). */
  readonly until: number;
  moves: number;
}

function remove(path: Buffer, above: Level | undefined, until: number): void {
  if (performance.now() > until) throw failure('ETIME', 'there is more than can be removed at once');
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (!stats.isDirectory()) {
    unlinkSync(path);
    return;
  }
  if (above !== undefined && above.depth >= maxDepth) {
    moveUp(path, above.top);
    return;
  }
  const folder = openToEmpty(path);
  try {
    const { dev } = fstatSync(folder);
    if (above !== undefined && dev !== above.device)
      throw failure('EXDEV', 'something is mounted there, and is left alone');
    empty(Buffer.from(`/proc/self/fd/${folder}/`), dev, above ?? until);
  } finally {
    closeSync(folder);
  }
  rmdirSync(path);
}

const flags = constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** What an owner has to be allowed in a folder that he empties, and what he may have taken from himself: go(1) does. */
const whole = 0o700;

/** Opens a folder, and gives its owner the rights back that removing takes, where that is who we are. */
function openToEmpty(path: Buffer): number {
  const folder = openOwn(path);
  const { uid, mode } = fstatSync(folder);
  if ((mode & whole) !== whole && uid === effectiveUser()) fchmodSync(folder, whole);
  return folder;
}

function openOwn(path: Buffer): number {
  try {
    return openSync(path, constants.O_RDONLY | flags);
  } catch (error) {
    if (errorCode(error) !== 'EACCES') throw error;
  }
  // Held without being opened: by its path the mode could be another one's.
  const held = openSync(path, oPath | flags);
  try {
    const itself = `/proc/self/fd/${held}`;
    if (fstatSync(held).uid === effectiveUser()) chmodSync(itself, whole);
    return openSync(itself, constants.O_RDONLY | constants.O_DIRECTORY);
  } finally {
    closeSync(held);
  }
}

/** What was moved up to the first folder meanwhile is there for the next round. */
function empty(inside: Buffer, device: number, above: Level | number): void {
  const isFirst = typeof above === 'number';
  const top = isFirst ? { inside, moves: 0, until: above } : above.top;
  const level = { device, depth: isFirst ? 1 : above.depth + 1, top };
  for (let before = -1; before !== top.moves;) {
    before = top.moves;
    emptyOnce(inside, level);
    if (!isFirst) return;
  }
}

/** Names are read as they are removed: there may be millions of them. */
function emptyOnce(inside: Buffer, level: Level): void {
  for (const name of namesIn(inside)) remove(Buffer.concat([inside, name]), level, level.top.until);
}

function* namesIn(inside: Buffer): Generator<Buffer> {
  // Bun and Deno give no bytes there, and none of them has root remove what others have filled.
  if (!isNode) {
    yield* readdirSync(inside, { encoding: 'buffer' });
    return;
  }
  const names = opendirSync(inside, namesAtOnce);
  try {
    for (let entry = names.readSync(); entry !== null; entry = names.readSync()) yield entry.name as unknown as Buffer;
  } finally {
    names.closeSync();
  }
}

function moveUp(path: Buffer, top: Top): void {
  if (top.moves === maxMoves) throw failure('ELOOP', 'folders are nested there without end');
  top.moves += 1;
  renameSync(path, Buffer.concat([top.inside, Buffer.from(`.${randomUUID()}`)]));
}

function failure(code: string, why: string): Error {
  return Object.assign(new Error(`${code}: ${why}`), { code });
}

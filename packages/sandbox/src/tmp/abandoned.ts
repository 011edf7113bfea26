import { closeSync, constants, fstatSync } from 'node:fs';

import { clockNow, errorCode } from '@sb/core';
import { type Folder, FoundFolder, someNames } from '@sb/files';

import { tryLockFile } from '../system/file-lock.js';
import { TimeShare } from './time-share.js';

/** What the names of private directories begin with; six characters follow. */
export const namePrefix = 'sb-tmp-';

/** The file in each that all its processes have a part in the lock of. */
export const lockName = 'lock';

/** How many names of the directory above are examined. */
const mostNames = 100_000;

/** Milliseconds that are spent at once on what programs have left: who leaves more takes no more of anybody's time. */
const timeAtOnce = 500;

/** Names of others that are looked at for one start: anybody can make some thousand that look like ours. */
const mostOthers = 500;

/** The share of time that all private directories of this process use together. */
export const timeShare = new TimeShare();

/** Milliseconds after which one that has no lock yet is not being made any more. */
const makingTime = 60_000;

/**
 * Removes the private directories of this user whose lock no process holds a part of. A killed parent leaves such a
 * directory. What cannot be removed stays until the next time: it hinders nobody.
 *
 * @param base - the directory that they lie in, which anybody may write in
 */
export function sweep(base: Folder): void {
  if (timeShare.pause === 0) timeShare.spend(() => sweepUntil(base, soon()));
}

/** When what is done now has to have ended, by clockNow(). */
export function soon(): number {
  return clockNow() + timeAtOnce;
}

function sweepUntil(base: Folder, until: number): void {
  const names = someNames(base, mostNames).filter((name) => name.startsWith(namePrefix));
  let others = 0;
  for (const name of fromAnywhere(names)) {
    if (clockNow() > until || others === mostOthers) return;
    try {
      using found = FoundFolder.open(base, name);
      if (found?.isOwn() === true) goneIfAbandoned(found, until);
      else others++;
    } catch (error) {
      // What a neighbour has done there is no reason not to start.
      if (errorCode(error) === undefined) throw error;
      others++;
    }
  }
}

/** Starts at another name each time: names of other users never hide the directories of this user for good. */
function fromAnywhere(names: readonly string[]): readonly string[] {
  const first = Math.floor(Math.random() * names.length);
  return [...names.slice(first), ...names.slice(0, first)];
}

/**
 * Removes one private directory, unless a process still holds a part of its lock.
 *
 * @param base - the directory that it lies in
 * @param name - its name there
 * @param until - when the removal must end, by clockNow(); the rest is removed another time. Default: as of `removeTree`
 * @returns whether nothing is left to remove: also if it belongs to somebody else
 * @throws Error of the system, as `FoundFolder.removeAll`
 */
export function removeIfAbandoned(base: Folder, name: string, until?: number): boolean {
  using found = FoundFolder.open(base, name);
  // Anybody can give such a name to something of his own: nobody's but ours is touched.
  return found?.isOwn() !== true || goneIfAbandoned(found, until);
}

function goneIfAbandoned(found: FoundFolder, until: number | undefined): boolean {
  const lock = lockOf(found.inside);
  if (lock === undefined) return found.age() > makingTime && removed(found, until);
  try {
    // It is empty until the one who makes it has the lock: before that nobody may take it away from him.
    const isMade = fstatSync(lock).size > 0 || found.age() > makingTime;
    // A reader has the lock: EBUSY. Where there is no telling, it stays.
    return isMade && tryLockFile(lock).state === 'locked' && removed(found, until);
  } finally {
    closeSync(lock);
  }
}

/** The lock goes last: as long as something is left it tells that nobody has it. */
function removed(found: FoundFolder, until: number | undefined): true {
  found.removeAll(until, lockName);
  return true;
}

function lockOf(inside: Folder): number | undefined {
  try {
    return inside.openFile(lockName, constants.O_RDWR);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

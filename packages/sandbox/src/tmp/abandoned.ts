import { closeSync, constants, fstatSync } from 'node:fs';

import { errorCode } from '@sb/core';
import { type Folder, FoundFolder, someNames } from '@sb/files';

import { tryLockFile } from '../system/file-lock.js';

/** What the names of private folders begin with; six characters follow. */
export const namePrefix = 'sb-tmp-';

/** The file in each that all its processes have a part in the lock of. */
export const lockName = 'lock';

/** How many names of the folder above are looked at. */
const mostNames = 100_000;

/** Milliseconds that a start spends on what others have left: who leaves more of it takes no more of anybody's time. */
const sweepTime = 500;

/** Milliseconds after which one that has no lock yet is not being made any more. */
const makingTime = 60_000;

/**
 * Removes the private folders of this user that no process has a part in the lock of, as those whose parent was killed.
 * What can't be removed stays for the next time: that hinders nobody.
 *
 * @param base - the folder that they lie in, which anybody may write in
 */
export function sweep(base: Folder): void {
  const until = performance.now() + sweepTime;
  const names = someNames(base, mostNames).filter((name) => name.startsWith(namePrefix));
  for (const name of names) {
    if (performance.now() > until) return;
    try {
      removeIfAbandoned(base, name);
    } catch (error) {
      // What a neighbour has done there is no reason not to start.
      if (errorCode(error) === undefined) throw error;
    }
  }
}

/**
 * Removes one private folder, unless a process is left that has a part in its lock.
 *
 * @param base - the folder that it lies in
 * @param name - its name there
 * @returns whether there is nothing left to be removed: also of what is somebody else's
 * @throws Error of the system, as `FoundFolder.removeAll`
 */
export function removeIfAbandoned(base: Folder, name: string): boolean {
  using found = FoundFolder.open(base, name);
  // Anybody can give such a name to something of his own: nobody's but ours is touched.
  if (found?.isOwn() !== true) return true;
  const lock = lockOf(found.inside);
  if (lock === undefined) return found.age() > makingTime && removed(found);
  try {
    // It is empty until the one who makes it has the lock: before that nobody may take it away from him.
    const isMade = fstatSync(lock).size > 0 || found.age() > makingTime;
    // A reader has the lock: EBUSY. Where there is no telling, it stays.
    return isMade && tryLockFile(lock).state === 'locked' && removed(found);
  } finally {
    closeSync(lock);
  }
}

function removed(found: FoundFolder): true {
  found.removeAll();
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

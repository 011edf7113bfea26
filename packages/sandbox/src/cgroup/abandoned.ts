/** Cgroups of starts whose process is gone. */
import { closeSync, constants } from 'node:fs';

import { errorCode } from '@sb/core';
import { type Folder, FoundFolder, removeFolder, someNames } from '@sb/files';

import { tryLockFile } from '../system/file-lock.js';
import { writeIn } from './files.js';

/** What the names begin with. A program that may outlive its starter has the second, or whose descendants may last. */
export const namePrefixes = { ends: 'sb-run-', stays: 'sb-stay-' } as const;

/** How many names are examined for one start. */
const mostNames = 10_000;

/** How deep a program can have made cgroups in its own. */
const deepest = 32;

/**
 * Ends what a killed process has left behind, and removes the cgroups. What cannot be removed stays until the next
 * start: it hinders nothing.
 *
 * @param above - the cgroup that contains them
 */
export function sweep(above: Folder): void {
  for (const name of someNames(above, mostNames)) {
    if (!Object.values(namePrefixes).some((prefix) => name.startsWith(prefix))) continue;
    try {
      using found = FoundFolder.open(above, name);
      if (found?.isOwn() === true) endIfAbandoned(above, name, found);
    } catch (error) {
      // It has been removed meanwhile.
      if (errorCode(error) === undefined) throw error;
    }
  }
}

/** The lock is held until the cgroup is gone: a start that is making it takes another one then. */
function endIfAbandoned(above: Folder, name: string, { inside }: FoundFolder): void {
  const lock = inside.openFile('cgroup.procs', constants.O_RDWR);
  try {
    if (isInUse(lock)) return;
    if (name.startsWith(namePrefixes.ends)) endAllIn(inside);
    isRemoved(above, name);
  } finally {
    closeSync(lock);
  }
}

function endAllIn(inside: Folder): void {
  try {
    writeIn(inside, 'cgroup.kill', '1');
  } catch (error) {
    // The kernel is older than 5.14, or it has been removed meanwhile.
    if (errorCode(error) === undefined) throw error;
  }
}

/** Whether the process that made it holds the lock. A program inside may read its files, so a reader's lock says nothing. */
function isInUse(lock: number): boolean {
  const answer = tryLockFile(lock);
  return answer.state === 'taken' || (answer.state === 'unknown' && answer.errno !== 'EBUSY');
}

/**
 * Removes a cgroup and those in it, if no process is left in them.
 *
 * @returns whether it is gone
 */
export function isRemoved(above: Folder, name: string, depth = 0): boolean {
  try {
    removeFolder(above, name);
    return true;
  } catch (error) {
    const errno = errorCode(error);
    if (errno === undefined) throw error;
    if (errno === 'ENOENT') return true;
    if (errno !== 'EBUSY' || depth === deepest) return false;
  }
  return hasRemovedInner(above, name, depth) && isRemoved(above, name, deepest);
}

/** Whether there were cgroups in it, and all are gone. */
function hasRemovedInner(above: Folder, name: string, depth: number): boolean {
  try {
    using found = FoundFolder.open(above, name);
    if (found === undefined) return false;
    const { inside } = found;
    const inner = someNames(inside, mostNames).filter((one) => inside.lookUp(one)?.isDirectory() === true);
    return inner.length > 0 && inner.every((one) => isRemoved(inside, one, depth + 1));
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return false;
  }
}

import { closeSync, constants, fchmodSync, fstatSync, openSync, type Stats } from 'node:fs';
import { join } from 'node:path';

import { errorCode } from '@sb/core';
import { effectiveUser, type Folder, isRoot } from '@sb/files';

import { destinationError, takenAway } from './destination-error.js';
import { FetcherError } from '../errors/fetcher-error.js';
import { attemptLock, type FileLock } from './lock.js';
import { partSuffix } from '../values/part-name.js';

// Does not follow a symbolic link, and does not wait for the other end of a pipe.
const flags = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** The options of {@link openOrMake}. */
export interface DestinationChoice {
  /** Its name in the directory. */
  readonly name: string;
  /**
   * Whether all users may finally read it; the caller sees to that. Otherwise it has the permissions that the umask
   * gives a new file.
   */
  readonly isForAll: boolean;
}

/** An open and locked file to write to. */
export interface DestinationFile {
  /** Open for reading and writing. */
  readonly descriptor: number;
  /** Whether the call created it. */
  readonly isNew: boolean;
  /** Its size in bytes. */
  readonly size: number;
  /** Undefined if locks are not supported. */
  readonly lock: FileLock | undefined;
}

/**
 * Opens or creates a file to write to. A user with write access to its directory could have put something else under
 * its name. So it must be a regular file without other names that belongs to root or to this process. Root resumes a
 * file only if {@link mayGoOn} permits it and no other process prevents the lock; otherwise it creates a new one in its
 * place. A new file has mode 0600 until it is locked, and one for all users until it is prepared for its last name.
 *
 * @throws FetcherError `file`, `disk-full`
 */
export function openOrMake(folder: Folder, { name, isForAll }: DestinationChoice): DestinationFile {
  const path = join(folder.path, name);
  const at = { folder, name, path };
  const first = make(at, isForAll);
  if (first !== undefined) return first;
  const old = open(at, isForAll);
  if (old !== undefined) return old;
  const second = make(at, isForAll);
  if (second === undefined) throw takenAway(path);
  return second;
}

/** The location of a file. */
interface Place {
  readonly folder: Folder;
  readonly name: string;
  readonly path: string;
}

/** @returns undefined if the name exists */
function make({ folder, name, path }: Place, isForAll: boolean): DestinationFile | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(folder.at(name), flags | constants.O_CREAT | constants.O_EXCL, unread);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return undefined;
    throw destinationError(path, "can't be written", error);
  }
  return closingOnError(descriptor, () => {
    // A new file belongs to another user on a disk that maps root to that user (root_squash of exports(5)).
    if (isForAll) requireSafe(path, fstatSync(descriptor), folder.lookUp(name));
    const { lock } = attemptLock(descriptor, path);
    if (!isForAll) letRead(descriptor, path);
    return { descriptor, isNew: true, size: 0, lock };
  });
}

/** @returns undefined if it was removed, to be replaced */
function open({ folder, name, path }: Place, isForAll: boolean): DestinationFile | undefined {
  let descriptor: number;
  try {
    descriptor = folder.openOld(name, flags);
  } catch (error) {
    throw destinationError(path, "can't be written", error);
  }
  return closingOnError(descriptor, () => {
    const stats = fstatSync(descriptor);
    requireSafe(path, stats, folder.lookUp(name));
    const { lock, isHindered } = attemptLock(descriptor, path);
    if (!isRoot() || (!isHindered && mayGoOn(folder, stats))) {
      if (!isForAll && name.endsWith(partSuffix)) letRead(descriptor, path);
      return { descriptor, isNew: false, size: fstatSync(descriptor).size, lock };
    }
    try {
      folder.remove(name);
    } catch (error) {
      throw destinationError(path, "can't be removed", error);
    }
    closeSync(descriptor);
    return undefined;
  });
}

/** The mode of a file until it is locked: no other user may read it, and so prevent the lock with another lock. */
const unread = 0o600;

/**
 * Gives a locked file the permissions that the umask gives a new file, if it has none yet. A process that gives up root
 * could not do that later.
 */
function letRead(descriptor: number, path: string): void {
  // Some file systems have fixed permissions, for instance vfat.
  if ((fstatSync(descriptor).mode & 0o777) !== unread) return;
  try {
    fchmodSync(descriptor, 0o644 & ~process.umask());
  } catch (error) {
    throw destinationError(path, "can't be given its permissions", error);
  }
}

function closingOnError<T>(descriptor: number, act: () => T): T {
  try {
    return act();
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Permissions that only the owner may have. */
const writableByOthers = 0o022;

/**
 * Whether root may resume a file that belongs to root. A user with write access to its directory can have moved it
 * there. If only root may read it, all users could finally read it. If all users may write to it, they may hold it open
 * and write to it after the check.
 */
function mayGoOn(folder: Folder, { mode }: Stats): boolean {
  return (mode & writableByOthers) === 0 && folder.whyOthersWrite() === undefined;
}

/**
 * @param named - the file that the name leads to after the file was examined; a file that lost a name still belongs to
 *   another user
 */
function requireSafe(path: string, stats: Stats, named: Stats | undefined): void {
  const refuse = (why: string, hint = 'Choose another file, or remove this one.'): never => {
    throw new FetcherError('file', `refusing to write to ${path}: ${why}`, { path, hint });
  };
  const isDevice = stats.isCharacterDevice() || stats.isBlockDevice();
  // The hint must not advise to remove /dev/null.
  if (isDevice) refuse('it is a device', 'Name a file that can hold what is downloaded.');
  if (!stats.isFile()) refuse('it is not a regular file');
  if (stats.nlink !== 1) refuse('it has other names (hard links)');
  if (named?.dev !== stats.dev || named.ino !== stats.ino || named.nlink !== 1) refuse('it was removed or replaced');
  // Its owner may hold it open, and write to it after the check.
  if (stats.uid !== 0 && stats.uid !== effectiveUser()) refuse(`it belongs to uid ${stats.uid}`);
}

/**
 * Whether an existing FILE is written in place, or refused. If root must not resume its file, that file stays until the
 * new one is complete.
 */
export function isWrittenInPlace(folder: Folder, name: string): boolean {
  const old = folder.lookUp(name);
  const isOwn = old?.isFile() === true && old.uid === 0;
  return old !== undefined && (!isOwn || !isRoot() || mayGoOn(folder, old));
}

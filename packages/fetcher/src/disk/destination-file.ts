import { closeSync, constants, fchmodSync, fstatSync, openSync, type Stats } from 'node:fs';
import { join } from 'node:path';

import { errorCode } from '@sb/core';
import { effectiveUser, type Folder, isRoot } from '@sb/files';

import { destinationError, takenAway } from './destination-error.js';
import { FetcherError } from '../errors/fetcher-error.js';
import { attemptLock, type FileLock } from './lock.js';
import { partSuffix } from '../values/part-name.js';

// Not through a symbolic link, and without waiting for the other end of a pipe.
const flags = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** What {@link openOrMake} is asked for. */
export interface DestinationChoice {
  /** Name in the folder. */
  readonly name: string;
  /** Whether all may read it in the end, which who opens it sees to. Otherwise it is as the umask lets a new file be. */
  readonly isForAll: boolean;
}

/** A file to write to, open and locked. */
export interface DestinationFile {
  /** Open for reading and writing. */
  readonly descriptor: number;
  /** Whether opening it made it. */
  readonly isNew: boolean;
  /** Undefined where there are no locks. */
  readonly lock: FileLock | undefined;
}

/**
 * Opens or makes a file to write to. Whoever may write to its folder could have put something else under its name, so it
 * has to be a regular file without other names that belongs to root or to this process. Root goes on with one only where
 * {@link mayGoOn} says so and nobody keeps it from being locked; in the place of any other it begins a new one. One that
 * was made has mode 0600 until it is locked, and one for all until it is prepared for its last name.
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

/** Where a file is. */
interface Place {
  readonly folder: Folder;
  readonly name: string;
  readonly path: string;
}

/** @returns undefined where something has that name */
function make({ folder, name, path }: Place, isForAll: boolean): DestinationFile | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(folder.at(name), flags | constants.O_CREAT | constants.O_EXCL, unread);
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return undefined;
    throw destinationError(path, "can't be written", error);
  }
  return closingOnError(descriptor, () => {
    // A new file is somebody else's on a disk that takes root for another user (root_squash of exports(5)).
    if (isForAll) requireSafe(path, fstatSync(descriptor), folder.lookUp(name));
    const { lock } = attemptLock(descriptor, path);
    if (!isForAll) letRead(descriptor, path);
    return { descriptor, isNew: true, lock };
  });
}

/** @returns undefined where it was removed for a new one */
function open({ folder, name, path }: Place, isForAll: boolean): DestinationFile | undefined {
  let descriptor: number;
  try {
    descriptor = openSync(folder.at(name), flags);
  } catch (error) {
    throw destinationError(path, "can't be written", error);
  }
  return closingOnError(descriptor, () => {
    const stats = fstatSync(descriptor);
    requireSafe(path, stats, folder.lookUp(name));
    const { lock, isHindered } = attemptLock(descriptor, path);
    if (!isRoot() || (!isHindered && mayGoOn(folder, stats))) {
      if (!isForAll && name.endsWith(partSuffix)) letRead(descriptor, path);
      return { descriptor, isNew: false, lock };
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

/** What a file has until it is locked: nobody else may read it, whose lock would keep ours away. */
const unread = 0o600;

/**
 * Gives a file that is locked what the umask lets a new one have, where it has nothing yet: a process that gives up root
 * can't do that in the end.
 */
function letRead(descriptor: number, path: string): void {
  // Some file systems have permissions of their own, as vfat.
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

/** What nobody but the owner may have of a file. */
const writableByOthers = 0o022;

/**
 * Whether root may go on with a file of its own. Who may write to its folder can have moved it there: one that root alone
 * may read, which would be shown to all in the end, or one that all may write to, who hold it open and write to it after
 * it was checked.
 */
function mayGoOn(folder: Folder, { mode }: Stats): boolean {
  return (mode & writableByOthers) === 0 && folder.whyOthersWrite() === undefined;
}

/** @param named - what the name stands for after the file was looked at: one that lost a name is still another's file */
function requireSafe(path: string, stats: Stats, named: Stats | undefined): void {
  const refuse = (why: string, hint = 'Choose another file, or remove this one.'): never => {
    throw new FetcherError('file', `nothing is written to ${path}: ${why}`, { path, hint });
  };
  const isDevice = stats.isCharacterDevice() || stats.isBlockDevice();
  // Nobody is to remove /dev/null.
  if (isDevice) refuse('it is a device', 'Name a file that can hold what is downloaded.');
  if (!stats.isFile()) refuse('it is not a regular file');
  if (stats.nlink !== 1) refuse('it has other names (hard links)');
  if (named?.dev !== stats.dev || named.ino !== stats.ino || named.nlink !== 1) refuse('its name was taken away');
  // Whoever owns it may hold it open, and write to it after it was checked.
  if (stats.uid !== 0 && stats.uid !== effectiveUser()) refuse(`it belongs to uid ${stats.uid}`);
}

/**
 * Whether what has the name of a FILE is written in place, or refused. A file of root's that it must not go on with stays until
 * another one is whole.
 */
export function isWrittenInPlace(folder: Folder, name: string): boolean {
  const old = folder.lookUp(name);
  const isOwn = old?.isFile() === true && old.uid === 0;
  return old !== undefined && (!isOwn || !isRoot() || mayGoOn(folder, old));
}

import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';
import { join } from 'node:path';

import { errorCode } from '@sb/core';
import { effectiveUser, type Folder, isRoot } from '@sb/files';

import { destinationError } from './destination-error.js';
import { FetcherError } from './errors.js';
import { type FileLock, lockFile } from './lock.js';

// Not through a symbolic link, and without waiting for the other end of a pipe.
const flags = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;

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
 * has to be a regular file without other names that belongs to root or to this process.
 *
 * @param isForAll - whether all may read it in the end
 * @throws FetcherError `file`, `disk-full`
 */
export function openOrMake(folder: Folder, name: string, isForAll: boolean): DestinationFile {
  const path = join(folder.path, name);
  const { descriptor, isNew } = makeOrOpen(folder, name, path);
  try {
    const stats = fstatSync(descriptor);
    // A new file is somebody else's on a disk that takes root for another user (root_squash of exports(5)).
    if (!isNew || isForAll) requireSafe(path, stats, folder.lookUp(name));
    if (isForAll) requireReadable(path, stats, folder);
    return { descriptor, isNew, lock: lockFile(descriptor, path) };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

function makeOrOpen(folder: Folder, name: string, path: string): Omit<DestinationFile, 'lock'> {
  try {
    const made = openSync(folder.at(name), flags | constants.O_CREAT | constants.O_EXCL, 0o644);
    return { descriptor: made, isNew: true };
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw destinationError(path, "can't be written", error);
  }
  try {
    return { descriptor: openSync(folder.at(name), flags), isNew: false };
  } catch (error) {
    throw destinationError(path, "can't be written", error);
  }
}

/** @param named - what the name stands for after the file was looked at: one that lost a name is still another's file */
function requireSafe(path: string, stats: Stats, named: Stats | undefined): void {
  const refuse = (why: string): never => {
    const hint = 'Remove it, or choose another place.';
    throw new FetcherError('file', `${path} is not written: ${why}`, { path, hint });
  };
  if (!stats.isFile()) refuse('it is no regular file');
  if (stats.nlink !== 1) refuse('it has other names (hard links)');
  if (named?.dev !== stats.dev || named.ino !== stats.ino || named.nlink !== 1) refuse('its name was taken away');
  // Whoever owns it may hold it open, and write to it after it was checked.
  if (stats.uid !== 0 && stats.uid !== effectiveUser()) refuse(`it belongs to uid ${stats.uid}`);
}

/** What a file has for whom it is neither the owner's nor the group's. */
const readableForAll = 0o004;

/** What is gone on with is shown to all in the end. Others can have moved a file there that root alone may read. */
function requireReadable(path: string, { size, mode }: Stats, folder: Folder): void {
  if (!isRoot() || size === 0 || (mode & readableForAll) !== 0) return;
  const why = folder.whyOthersRename();
  if (why === undefined) return;
  const what = `${path} is not written: not all may read it, and its folder ${why}, so that others can rename`;
  throw new FetcherError('file', what, { path, hint: 'Move it elsewhere if it is yours, or choose another place.' });
}

import { closeSync, constants, fchmodSync, fstatSync, fsyncSync, futimesSync, openSync, type Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { errorCode } from '@sb/core';
import { effectiveUser, type Folder, isRoot } from '@sb/files';

import type { Beginning } from './channel.js';
import { asFileError, FetcherError } from './errors.js';
import { isPast } from './file-time.js';
import { type FileLock, lockFile } from './lock.js';
import { openFolder } from './open-folder.js';
import { WrittenFile } from './written-file.js';

/** What a download that isn't whole ends with, as pacman has it. */
export const partSuffix = '.part';

// Not through a symbolic link, and without waiting for the other end of a pipe.
const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** What a file gets when it is whole. */
export interface Finish {
  readonly mode: number;
  /** Undefined: it keeps the time of its last byte. */
  readonly modified: Date | undefined;
}

/**
 * `FILE.part`, written by this process alone; it becomes FILE when it is whole and checked. No other process ever has its
 * descriptor: who holds a file open can write to it after the check, under whatever name.
 */
export class Part {
  readonly path: string;
  /** What writes to it and sums it. */
  readonly content: WrittenFile;
  readonly #descriptor: number;
  readonly #folder: Folder;
  readonly #finalName: string;
  readonly #name: string;
  #lock: FileLock | undefined;
  #isOpen = true;

  private constructor(path: string) {
    this.path = `${path}${partSuffix}`;
    this.#finalName = basename(path);
    this.#name = `${this.#finalName}${partSuffix}`;
    this.#folder = openFolder(dirname(path));
    try {
      this.#descriptor = openSync(this.#folder.at(this.#name), flags, 0o644);
    } catch (error) {
      this.#folder.close();
      throw this.#failed("can't be written", error);
    }
    this.content = new WrittenFile(this.#descriptor, this.path);
  }

  /**
   * Opens or makes the file beside a path. Whoever may write to the folder could have put something else there, so it
   * has to be a regular file without other names that belongs to root or to this process.
   *
   * @param path - absolute path of FILE
   * @throws FetcherError `file`
   */
  static open(path: string): Part {
    const part = new Part(path);
    try {
      requireSafe(part.path, fstatSync(part.#descriptor), part.#folder.lookUp(part.#name));
      requireReadable(part.path, fstatSync(part.#descriptor), part.#folder);
      part.#lock = lockFile(part.#descriptor, part.path);
      return part;
    } catch (error) {
      part.#close();
      throw error;
    }
  }

  /** Bytes it holds now. */
  get size(): number {
    return this.content.size;
  }

  /**
   * What it holds, and how a server can confirm that. A whole second is a server's time that {@link keep} has set; a time
   * in the future says nothing of when its last byte came.
   *
   * @returns null if it holds nothing, or nothing that can be confirmed
   */
  get beginning(): Beginning | null {
    const { mtimeMs, size } = fstatSync(this.#descriptor);
    if (size === 0 || !isPast(mtimeMs)) return null;
    const lastModified = mtimeMs % 1000 === 0 ? mtimeMs : null;
    return { length: size, etag: null, lastModified, lastByte: Math.floor(mtimeMs) };
  }

  /** The time of the file that has the final name now; null if there is none, or it lies in the future. */
  get finalTime(): number | null {
    const stats = this.#folder.lookUp(this.#finalName);
    if (stats?.isFile() !== true || !isPast(stats.mtimeMs)) return null;
    return Math.max(0, Math.trunc(stats.mtimeMs));
  }

  /**
   * Gives the file mode and time, and puts it on the disk.
   *
   * @throws FetcherError `file`
   */
  prepare({ mode, modified }: Finish): void {
    if (!this.#isStillNamed()) {
      const hint = 'Something else renames or removes files there: choose a folder that only you can write to.';
      throw new FetcherError('file', `${this.path} was taken away during the download`, { path: this.path, hint });
    }
    try {
      if (this.#folder.lookUp(this.#finalName)?.isDirectory() === true)
        throw Object.assign(new Error(), { code: 'EISDIR' });
      fchmodSync(this.#descriptor, mode);
      if (modified !== undefined) futimesSync(this.#descriptor, new Date(), modified);
      fsyncSync(this.#descriptor);
    } catch (error) {
      throw this.#failed('could not be finished', error);
    }
  }

  /**
   * Gives what is prepared its name.
   *
   * @throws FetcherError `file`
   */
  publish(): void {
    try {
      this.#folder.rename(this.#name, this.#finalName);
    } catch (error) {
      throw this.#failed('could not be finished', error);
    }
    this.#close();
  }

  /** Removes it, and what has the final name: it is of an older file. */
  discardWithOlder(): void {
    if (this.#folder.lookUp(this.#finalName)?.isFile() === true) this.#folder.remove(this.#finalName);
    this.discard();
  }

  /**
   * Leaves what it holds for another attempt; a file of which nothing came goes.
   *
   * @throws FetcherError `file`, closed all the same
   */
  keep(lastModified: number | null): void {
    if (!this.#isOpen) return;
    if (this.size === 0) {
      this.discard();
      return;
    }
    try {
      if (lastModified !== null) futimesSync(this.#descriptor, new Date(), new Date(lastModified));
    } catch (error) {
      throw this.#failed("can't be given its time", error);
    } finally {
      this.#close();
    }
  }

  /**
   * Removes it.
   *
   * @throws FetcherError `file`, emptied and closed all the same
   */
  discard(): void {
    if (!this.#isOpen) return;
    try {
      // The folder may not let go of the name; what it stands for is worth nothing in any case.
      this.content.truncate();
      if (this.#isStillNamed()) this.#folder.remove(this.#name);
    } catch (error) {
      throw this.#failed("can't be removed", error);
    } finally {
      this.#close();
    }
  }

  #close(): void {
    this.#isOpen = false;
    this.#lock?.close();
    closeSync(this.#descriptor);
    this.#folder.close();
  }

  /** Whether the name still stands for the file that is open. */
  #isStillNamed(): boolean {
    const named = this.#folder.lookUp(this.#name);
    const { dev, ino } = fstatSync(this.#descriptor);
    return named?.dev === dev && named.ino === ino;
  }

  #failed(what: string, caught: unknown): FetcherError {
    const cause = asFileError(caught);
    if (cause instanceof FetcherError) return cause;
    const code = errorCode(cause);
    const path = join(this.#folder.path, this.#name);
    const kind = code === 'ENOSPC' || code === 'EDQUOT' ? 'disk-full' : 'file';
    return new FetcherError(kind, `${path} ${what}: ${code ?? String(cause)}`, { path, cause });
  }
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

import { closeSync, constants, fstatSync, fsyncSync, futimesSync, openSync, type Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { errorCode } from '@sb/core';
import type { Folder } from '@sb/files';

import { FetchError } from '../errors.js';
import { openFolder } from './files.js';

/** What a download that isn't complete ends with. pacman gives such a name itself. */
const partSuffix = '.part';

/**
 * FILE, open to be written. A FILE that is there already, or that is called `.part`, is written in place; any
 * other comes into being only when it is whole, from `FILE.part` beside it.
 */
export class Destination {
  readonly descriptor: number;
  readonly #folder: Folder;
  readonly #finalName: string;
  /** The name that is written to. */
  readonly #name: string;
  /** Whether opening it made it. */
  readonly #isNew: boolean;
  #isComplete = false;
  #isSealed = false;

  /**
   * Opens or makes FILE. Whoever may write to its folder could have put something else under its name, so it has to
   * be a regular file without other names that belongs to root or to this process.
   *
   * @param path - absolute path of FILE
   * @param mayResume - whether a FILE that is there can be gone on with; otherwise it stays until a new one is whole
   * @throws FetchError `file`
   */
  constructor(path: string, mayResume: boolean) {
    this.#folder = openFolder(dirname(path));
    this.#finalName = basename(path);
    try {
      const isPart = this.#finalName.endsWith(partSuffix);
      const isInPlace = isPart || (mayResume && this.#folder.lookUp(this.#finalName) !== undefined);
      this.#name = isInPlace ? this.#finalName : `${this.#finalName}${partSuffix}`;
      const opened = openOrMake(this.#folder, this.#name);
      this.descriptor = opened.descriptor;
      this.#isNew = opened.isNew;
    } catch (error) {
      this.#folder.close();
      throw error;
    }
  }

  /** Base name of the file that is downloaded, without the suffix of an incomplete one. */
  get name(): string {
    return this.#finalName.endsWith(partSuffix) ? this.#finalName.slice(0, -partSuffix.length) : this.#finalName;
  }

  /** Path of what is written to. */
  get path(): string {
    return join(this.#folder.path, this.#isComplete ? this.#finalName : this.#name);
  }

  /** Whether the name that it is written under is the one it is to have. */
  get isInPlace(): boolean {
    return this.#name === this.#finalName;
  }

  /** Whether who has a uid may give it the server's time: its owner (`utimensat(2)`). */
  isDatedBy(uid: number | undefined): boolean {
    return fstatSync(this.descriptor).uid === uid;
  }

  /** Says that this process is about to give up looking up, renaming and removing names. */
  seal(): void {
    this.#isSealed = true;
  }

  /** Bytes it holds now. */
  get size(): number {
    return fstatSync(this.descriptor).size;
  }

  /**
   * Checks that FILE holds what was said to have come, gives it the server's time if it may, puts it on the disk and
   * gives it its name.
   *
   * @param size - bytes that it must hold
   * @param maxBytes - bytes that a file of its kind may hold
   * @param lastModified - the server's time, if it said one
   * @throws FetchError `file`
   */
  complete(size: number, maxBytes: number, lastModified: Date | undefined): void {
    if (this.#isSealed && !this.isInPlace) throw new Error('a sealed file can get no other name');
    const held = this.size;
    if (held !== size) {
      throw new FetchError('file', `${this.path} holds ${held} bytes and not ${size}`, 'Something else writes to it.');
    }
    if (held > maxBytes) throw new FetchError('file', `${this.path} is larger than ${maxBytes} bytes`);
    if (!this.#isStillNamed())
      throw new FetchError('file', `${this.path} was taken away during the download`, inOthersHands);
    try {
      const isDated = lastModified !== undefined && this.isDatedBy(process.geteuid?.());
      if (isDated) futimesSync(this.descriptor, new Date(), lastModified);
      fsyncSync(this.descriptor);
      if (!this.isInPlace) this.#folder.rename(this.#name, this.#finalName);
    } catch (error) {
      const code = errorCode(error) ?? '';
      throw new FetchError('file', `${this.path} could not be finished: ${code}`, hints[code]);
    }
    this.#isComplete = true;
  }

  /** Closes FILE, and removes it if it was made for a download of which nothing came. */
  close(): void {
    try {
      const isLeftover = !this.#isSealed && this.#isNew && !this.#isComplete && this.size === 0;
      if (isLeftover && this.#isStillNamed()) this.#folder.remove(this.#name);
    } catch {
      // An empty file stays behind; the error that is under way says more.
    }
    closeSync(this.descriptor);
    this.#folder.close();
  }

  /** Whether the name still stands for the file that is open; sealed, whether any name does. */
  #isStillNamed(): boolean {
    const { dev, ino, nlink } = fstatSync(this.descriptor);
    if (this.#isSealed) return nlink > 0;
    const named = this.#folder.lookUp(this.#name);
    return named?.dev === dev && named.ino === ino;
  }
}

// Not through a symbolic link, and without waiting for the other end of a pipe.
const flags = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function openOrMake(folder: Folder, name: string): { readonly descriptor: number; readonly isNew: boolean } {
  const shown = join(folder.path, name);
  try {
    const made = openSync(folder.at(name), flags | constants.O_CREAT | constants.O_EXCL, 0o644);
    return { descriptor: made, isNew: true };
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw refusal(shown, error);
  }
  let descriptor: number;
  try {
    descriptor = openSync(folder.at(name), flags);
  } catch (error) {
    throw refusal(shown, error);
  }
  try {
    requireSafe(shown, fstatSync(descriptor), folder.lookUp(name));
    return { descriptor, isNew: false };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

const inOthersHands = 'Something else renames or removes files there: choose a folder that only you can write to.';

const hints: Readonly<Record<string, string>> = {
  ENOENT: inOthersHands,
  ELOOP: 'It is a symbolic link, which is not followed; name the file itself.',
  EACCES: 'Choose a place that this user may write to.',
  EROFS: 'The file system is read-only.',
  ENOSPC: 'Make room on the disk.',
  EISDIR: 'It is a folder; name a file in it.',
  ENAMETOOLONG: 'Choose a shorter name.',
};

function refusal(path: string, error: unknown): FetchError {
  const code = errorCode(error) ?? '';
  return new FetchError('file', `${path} can't be written: ${code || String(error)}`, hints[code]);
}

/** @param named - what the name stands for after the file was looked at: one that lost a name is still another's file */
function requireSafe(path: string, stats: Stats, named: Stats | undefined): void {
  const refuse = (why: string): never => {
    throw new FetchError('file', `${path} is not written: ${why}`, 'Remove it, or choose another place.');
  };
  if (!stats.isFile()) refuse('it is no regular file');
  if (stats.nlink !== 1) refuse('it has other names (hard links)');
  if (named?.dev !== stats.dev || named.ino !== stats.ino || named.nlink !== 1) refuse('its name was taken away');
  // Whoever owns it may hold it open, and write to it after it was checked.
  if (stats.uid !== 0 && stats.uid !== process.geteuid?.()) refuse(`it belongs to uid ${stats.uid}`);
}

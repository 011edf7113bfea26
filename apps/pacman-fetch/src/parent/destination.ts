import { closeSync, constants, fstatSync, fsyncSync, futimesSync, openSync, type Stats, unlinkSync } from 'node:fs';
import { basename } from 'node:path';

import { errorCode } from '@sb/core';

import { FetchError } from '../errors.js';

/** FILE, open for the worker to write. */
export class Destination {
  readonly path: string;
  readonly descriptor: number;
  /** Whether opening it made it. */
  readonly #isNew: boolean;
  #isComplete = false;

  private constructor(path: string, descriptor: number, isNew: boolean) {
    this.path = path;
    this.descriptor = descriptor;
    this.#isNew = isNew;
  }

  /** Base name. */
  get name(): string {
    return basename(this.path);
  }

  /** Bytes it holds now. */
  get size(): number {
    return fstatSync(this.descriptor).size;
  }

  /**
   * Opens or makes FILE. Whoever may write to its folder could have put something else under its name, so it has to
   * be a regular file with no other name, owned by root, by this process or by the sandbox user.
   *
   * @param path - where the download goes
   * @param owners - the uids it may belong to, beside root and this process
   * @throws FetchError `file`
   */
  static open(path: string, owners: readonly number[]): Destination {
    const made = openOrMake(path);
    try {
      requireSafe(path, fstatSync(made.descriptor), owners);
    } catch (error) {
      closeSync(made.descriptor);
      throw error;
    }
    return new Destination(path, made.descriptor, made.isNew);
  }

  /**
   * Checks that FILE holds what the worker says, gives it the server's time and puts it on the disk.
   *
   * @param size - bytes that it must hold
   * @param lastModified - the server's time, if it said one
   * @throws FetchError `file`
   */
  complete(size: number, lastModified: Date | undefined): void {
    if (this.size !== size) {
      throw new FetchError(
        'file',
        `${this.path} holds ${this.size} bytes and not ${size}`,
        'Something else writes to it.',
      );
    }
    try {
      if (lastModified !== undefined) futimesSync(this.descriptor, new Date(), lastModified);
      fsyncSync(this.descriptor);
      this.#isComplete = true;
    } catch (error) {
      throw new FetchError('file', `${this.path} could not be finished: ${(error as Error).message}`);
    }
  }

  /** Closes FILE, and removes it if it was made for a download of which nothing came. */
  close(): void {
    const isEmpty = this.#isNew && !this.#isComplete && this.size === 0;
    closeSync(this.descriptor);
    if (isEmpty) unlinkSync(this.path);
  }
}

// Not through a symbolic link, and without waiting for the other end of a pipe.
const flags = constants.O_RDWR | constants.O_NOFOLLOW | constants.O_NONBLOCK;

function openOrMake(path: string): { readonly descriptor: number; readonly isNew: boolean } {
  try {
    return { descriptor: openSync(path, flags | constants.O_CREAT | constants.O_EXCL, 0o644), isNew: true };
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw refusal(path, error);
  }
  try {
    return { descriptor: openSync(path, flags), isNew: false };
  } catch (error) {
    throw refusal(path, error);
  }
}

const hints: Readonly<Record<string, string>> = {
  ENOENT: 'Create its folder first.',
  ELOOP: 'It is a symbolic link, which is not followed; name the file itself.',
  EACCES: 'Choose a place that this user may write to.',
  EROFS: 'The file system is read-only.',
  ENOSPC: 'Make room on the disk.',
  EISDIR: 'It is a folder; name a file in it.',
};

function refusal(path: string, error: unknown): FetchError {
  const code = errorCode(error) ?? '';
  return new FetchError('file', `${path} can't be written: ${code || String(error)}`, hints[code]);
}

function requireSafe(path: string, stats: Stats, owners: readonly number[]): void {
  const refuse = (why: string): never => {
    throw new FetchError('file', `${path} is not written: ${why}`, 'Remove it, or choose another place.');
  };
  if (!stats.isFile()) refuse('it is no regular file');
  if (stats.nlink !== 1) refuse('it has other names (hard links)');
  if (![0, process.geteuid?.(), ...owners].includes(stats.uid)) refuse(`it belongs to uid ${stats.uid}`);
}

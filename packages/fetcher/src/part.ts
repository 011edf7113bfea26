import { createHash } from 'node:crypto';
import {
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  futimesSync,
  openSync,
  read,
  type Stats,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { promisify } from 'node:util';

import { errorCode } from '@sb/core';
import { effectiveUser, type Folder } from '@sb/files';

import type { Confirmation } from './channel.js';
import { asFileError, FetcherError } from './errors.js';
import { type FileLock, lockFile } from './lock.js';
import { openFolder } from './open-folder.js';

/** What a download that isn't whole ends with, as pacman has it. */
export const partSuffix = '.part';

// Not through a symbolic link, and without waiting for the other end of a pipe.
const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Bytes that are read at once for a sum. */
const hashedAtOnce = 1 << 20;

const readAsync = promisify(read);

/** What a file gets when it is whole. */
export interface Finish {
  readonly mode: number;
  /** Undefined: it keeps the time of its last byte. */
  readonly modified: Date | undefined;
}

/** `FILE.part`, open for a worker to write; it becomes FILE when it is whole and checked. */
export class Part {
  readonly descriptor: number;
  readonly path: string;
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
      this.descriptor = openSync(this.#folder.at(this.#name), flags, 0o644);
    } catch (error) {
      this.#folder.close();
      throw this.#failed("can't be written", error);
    }
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
      requireSafe(part.path, fstatSync(part.descriptor), part.#folder.lookUp(part.#name));
      part.#lock = lockFile(part.descriptor, part.path);
      return part;
    } catch (error) {
      part.#close();
      throw error;
    }
  }

  /** Bytes it holds now. */
  get size(): number {
    return fstatSync(this.descriptor).size;
  }

  /** How a server can confirm what is there. A whole second is a server's time that {@link keep} has set. */
  get confirmation(): Confirmation {
    const { mtimeMs } = fstatSync(this.descriptor);
    return { etag: null, lastModified: mtimeMs % 1000 === 0 ? mtimeMs : null, lastByte: Math.floor(mtimeMs) };
  }

  /** The time of the file that has the final name now; null if there is none. */
  get finalTime(): number | null {
    const stats = this.#folder.lookUp(this.#finalName);
    return stats?.isFile() === true ? Math.max(0, Math.trunc(stats.mtimeMs)) : null;
  }

  /** SHA-256 of what it holds, in hexadecimal digits. */
  async sha256(): Promise<string> {
    const hash = createHash('sha256');
    // One buffer for all of it: a stream makes a new one for each piece, which a large file turns into a heap of garbage.
    const buffer = Buffer.allocUnsafe(hashedAtOnce);
    for (let at = 0, count = 1; count > 0; at += count) {
      count = (await readAsync(this.descriptor, buffer, 0, buffer.length, at)).bytesRead;
      hash.update(buffer.subarray(0, count));
    }
    return hash.digest('hex');
  }

  /** Throws away what it holds. */
  truncate(): void {
    ftruncateSync(this.descriptor, 0);
  }

  /**
   * Gives the file mode and time, and puts it on the disk. No process but this one may hold it open.
   *
   * @throws FetcherError `file`
   */
  prepare({ mode, modified }: Finish): void {
    if (!this.#isStillNamed()) {
      throw new FetcherError('file', `${this.path} was taken away during the download`, { path: this.path });
    }
    try {
      if (this.#folder.lookUp(this.#finalName)?.isDirectory() === true)
        throw Object.assign(new Error(), { code: 'EISDIR' });
      fchmodSync(this.descriptor, mode);
      if (modified !== undefined) futimesSync(this.descriptor, new Date(), modified);
      fsyncSync(this.descriptor);
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
      if (lastModified !== null) futimesSync(this.descriptor, new Date(), new Date(lastModified));
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
      this.truncate();
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
    closeSync(this.descriptor);
    this.#folder.close();
  }

  /** Whether the name still stands for the file that is open. */
  #isStillNamed(): boolean {
    const named = this.#folder.lookUp(this.#name);
    const { dev, ino } = fstatSync(this.descriptor);
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

import { closeSync, fchmodSync, fstatSync, fsync, futimesSync, type Stats } from 'node:fs';
import { basename } from 'node:path';
import { promisify } from 'node:util';

import { errorCode } from '@sb/core';
import { defaultMaxBytes, type DownloadRequest } from '@sb/fetcher';
import { believable, hasFormat, otherFormat } from '@sb/fetcher/files';
import { effectiveUser, type Folder, isFilesError } from '@sb/files';

import { type Copied, copy } from './copy.js';

const toDisk = promisify(fsync);

/** The demands on a file. */
export type Expected = Pick<DownloadRequest, 'to' | 'size' | 'sha256' | 'maxBytes' | 'magic'>;

/** The most bytes of a file; if its size is unknown, as many as for a file that the worker downloads. */
export function boundOf({ maxBytes, size }: Expected): number {
  return maxBytes ?? size ?? defaultMaxBytes;
}

/** The file of a command, and the user that the command ran as; undefined: the user of this process. */
interface Staged {
  readonly folder: Folder;
  readonly name: string;
  readonly uid?: number | undefined;
}

/** The directory of the copy, and its name until it gets the final one. */
interface CopyPlace {
  readonly folder: Folder;
  readonly copyName: string;
}

/** The demands on a copy, and what stops it. */
interface Demand {
  readonly expected: Expected;
  readonly signal: AbortSignal;
}

/**
 * A checked copy of what a command has left. It does not have its final name yet, and is removed if it never gets it.
 */
export class StagedFile implements Disposable {
  /** Bytes. */
  readonly size: number;
  /** SHA-256 in hexadecimal digits. */
  readonly sha256: string;
  readonly lastModified: Date;
  readonly #folder: Folder;
  readonly #to: string;
  #copyName: string | undefined;

  private constructor({ folder, copyName }: CopyPlace, to: string, { size, sha256, lastModified }: Content) {
    this.#folder = folder;
    this.#to = basename(to);
    this.#copyName = copyName;
    this.size = size;
    this.sha256 = sha256;
    this.lastModified = lastModified;
  }

  /**
   * Copies a file from a place that the command could write to, to one that it cannot, and checks the copy.
   *
   * @param staged - the file of the command
   * @param place - where the copy is
   * @param demand - its final path, the demands on it, and what stops the copying
   * @throws Error that says what is wrong, or the reason of the signal; then no copy is left
   */
  static async take(staged: Staged, place: CopyPlace, { expected, signal }: Demand): Promise<StagedFile> {
    const { folder, copyName } = place;
    const source = openStaged(staged);
    try {
      const stats = fstatSync(source);
      if (stats.nlink !== 1 || isKeptFrom(stats, staged.uid ?? effectiveUser())) throw new Error(foreign);
      const target = folder.create(copyName, 0o600);
      try {
        const copied = await copy(source, target, { maxBytes: boundOf(expected), signal });
        check(copied, expected);
        if (!hasFormat(target, expected.magic)) throw new Error(otherFormat);
        // A command takes the time from a server, which may send any.
        const lastModified = new Date(believable(stats.mtimeMs) ?? Date.now());
        await seal(target, lastModified);
        return new StagedFile(place, expected.to, { ...copied, lastModified });
      } catch (error) {
        folder.remove(copyName);
        throw error;
      } finally {
        closeSync(target);
      }
    } finally {
      closeSync(source);
    }
  }

  /** Gives it its final name. Until now that name led to the old file, if any. */
  commit(): void {
    if (this.#copyName === undefined) return;
    this.#folder.rename(this.#copyName, this.#to);
    this.#copyName = undefined;
  }

  [Symbol.dispose](): void {
    if (this.#copyName !== undefined) this.#folder.remove(this.#copyName);
    this.#copyName = undefined;
  }
}

/** The properties of a copy. */
interface Content extends Copied {
  readonly lastModified: Date;
}

const foreign = 'what it left is not a regular file, has a second name, or is a private file of another user';

/** The bit for reading by all users. */
const readableForAll = 0o004;

/**
 * Whether a file belongs to another user than that of the command, and not all users may read it. A user that owns the
 * directory can move such a file there from another directory of that user. The copy would then show it to all.
 */
function isKeptFrom({ uid, mode }: Stats, runner: number | undefined): boolean {
  return uid !== runner && (mode & readableForAll) === 0;
}

/** The writer of the file could have put another kind of file there. */
function openStaged({ folder, name }: Staged): number {
  try {
    return folder.openFile(name);
  } catch (error) {
    if (isFilesError(error)) throw new Error(foreign, { cause: error });
    throw new Error(`it did not leave a file (${errorCode(error)})`, { cause: error });
  }
}

function check(copied: Copied, { size, sha256 }: Expected): void {
  if (size !== undefined && copied.size !== size) throw new Error(`it left ${copied.size} bytes, not ${size}`);
  if (sha256 !== undefined && copied.sha256 !== sha256) throw new Error('its SHA-256 is not the expected one');
}

/** From now on all users may read it, and it is on the disk. */
async function seal(target: number, time: Date): Promise<void> {
  fchmodSync(target, 0o644);
  futimesSync(target, new Date(), time);
  await toDisk(target);
}

import { closeSync, fchmodSync, fstatSync, fsync, futimesSync, type Stats } from 'node:fs';
import { basename } from 'node:path';
import { promisify } from 'node:util';

import { errorCode } from '@sb/core';
import { defaultMaxBytes, type DownloadRequest } from '@sb/fetcher';
import { believable, hasFormat, otherFormat } from '@sb/fetcher/files';
import { effectiveUser, type Folder, isFilesError } from '@sb/files';

import { type Copied, copy } from './copy.js';

const toDisk = promisify(fsync);

/** What a file has to be like. */
export type Expected = Pick<DownloadRequest, 'to' | 'size' | 'sha256' | 'maxBytes' | 'magic'>;

/** Bytes that a file may have; where no size is known, as many as one that the worker downloads. */
export function boundOf({ maxBytes, size }: Expected): number {
  return maxBytes ?? size ?? defaultMaxBytes;
}

/** A file that a command was to write, and whom the command ran as: us, where that is undefined. */
interface Staged {
  readonly folder: Folder;
  readonly name: string;
  readonly uid?: number | undefined;
}

/** The folder that a copy belongs in, and its name until it gets the right one. */
interface CopyPlace {
  readonly folder: Folder;
  readonly copyName: string;
}

/** What a copy has to be like, and what ends it. */
interface Demand {
  readonly expected: Expected;
  readonly signal: AbortSignal;
}

/** A checked copy of what a command has left, which has not got its name yet, and goes if it never does. */
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
   * Copies a file from where a command could write to where it can't, and checks the copy.
   *
   * @param staged - what it has left
   * @param place - where the copy belongs
   * @param demand - where it belongs in the end, what it has to be like, and what ends the copying
   * @throws Error that says what is wrong, or the reason of the signal; then there is no copy
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
        // A command takes the time from a server, which may say any.
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

  /** Gives it its name, which stood for what it stood for before until now. */
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

/** What a copy turned out to be. */
interface Content extends Copied {
  readonly lastModified: Date;
}

const foreign = 'what it left is no file of its own';

/** What a file has for whom it is neither the owner's nor the group's. */
const readableForAll = 0o004;

/**
 * Whether a file is somebody else's than who the command ran as, and not all may read it. Whoever has the folder can move
 * such a file there from another one of theirs; the copy would show it to all.
 */
function isKeptFrom({ uid, mode }: Stats, runner: number | undefined): boolean {
  return uid !== runner && (mode & readableForAll) === 0;
}

/** Whoever wrote it could have put something else there. */
function openStaged({ folder, name }: Staged): number {
  try {
    return folder.openFile(name);
  } catch (error) {
    if (isFilesError(error)) throw new Error(foreign, { cause: error });
    throw new Error(`it left no file (${errorCode(error)})`, { cause: error });
  }
}

function check(copied: Copied, { size, sha256 }: Expected): void {
  if (size !== undefined && copied.size !== size) throw new Error(`it left ${copied.size} bytes, and not ${size}`);
  if (sha256 !== undefined && copied.sha256 !== sha256) throw new Error('its SHA-256 is not the one asked for');
}

/** All may read it from now on, and it is on the disk. */
async function seal(target: number, time: Date): Promise<void> {
  fchmodSync(target, 0o644);
  futimesSync(target, new Date(), time);
  await toDisk(target);
}

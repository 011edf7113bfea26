import { createHash } from 'node:crypto';
import { closeSync, fchmodSync, fstatSync, fsyncSync, futimesSync, readSync, type Stats, writeSync } from 'node:fs';
import { basename } from 'node:path';

import { errorCode } from '@sb/core';
import { defaultMaxBytes, type DownloadRequest } from '@sb/fetcher';
import { believable, hasFormat, otherFormat } from '@sb/fetcher/files';
import { effectiveUser, type Folder, isFilesError } from '@sb/files';

/** What a file has to be like. */
export type Expected = Pick<DownloadRequest, 'to' | 'size' | 'sha256' | 'maxBytes' | 'magic'>;

/** Bytes that a file may have; where no size is known, as many as one that the worker downloads. */
export function boundOf({ maxBytes, size }: Expected): number {
  return maxBytes ?? size ?? defaultMaxBytes;
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

  /**
   * Copies a file from where a command could write to where it can't, and checks the copy.
   *
   * @param staged - the file that the command was to write, and whom the command ran as: us, where that is undefined
   * @param place - the folder that the copy belongs in, and its name until it gets the right one
   * @param expected - where it belongs, and what it has to be like
   * @throws Error that says what is wrong; then there is no copy
   */
  constructor(
    staged: { readonly folder: Folder; readonly name: string; readonly uid?: number | undefined },
    { folder, copyName }: { readonly folder: Folder; readonly copyName: string },
    expected: Expected,
  ) {
    this.#folder = folder;
    this.#to = basename(expected.to);
    const source = openStaged(staged);
    try {
      const stats = fstatSync(source);
      if (stats.nlink !== 1 || isKeptFrom(stats, staged.uid ?? effectiveUser())) throw new Error(foreign);
      const target = folder.create(copyName, 0o600);
      this.#copyName = copyName;
      try {
        const copied = copy(source, target, boundOf(expected));
        check(copied, expected);
        if (!hasFormat(target, expected.magic)) throw new Error(otherFormat);
        this.size = copied.size;
        this.sha256 = copied.sha256;
        // A command takes the time from a server, which may say any.
        this.lastModified = new Date(believable(stats.mtimeMs) ?? Date.now());
        fchmodSync(target, 0o644);
        futimesSync(target, new Date(), this.lastModified);
        fsyncSync(target);
      } finally {
        closeSync(target);
      }
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
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
function openStaged({ folder, name }: { readonly folder: Folder; readonly name: string }): number {
  try {
    return folder.openFile(name);
  } catch (error) {
    if (isFilesError(error)) throw new Error(foreign, { cause: error });
    throw new Error(`it left no file (${errorCode(error)})`, { cause: error });
  }
}

interface Copied {
  readonly size: number;
  readonly sha256: string;
}

function check(copied: Copied, { size, sha256 }: Expected): void {
  if (size !== undefined && copied.size !== size) throw new Error(`it left ${copied.size} bytes, and not ${size}`);
  if (sha256 !== undefined && copied.sha256 !== sha256) throw new Error('its SHA-256 is not the one asked for');
}

function copy(source: number, target: number, maxBytes: number): Copied {
  const buffer = Buffer.alloc(1 << 20);
  const hash = createHash('sha256');
  let size = 0;
  for (let count = readSync(source, buffer); count > 0; count = readSync(source, buffer)) {
    size += count;
    if (size > maxBytes) throw new Error(`it is larger than ${maxBytes} bytes`);
    hash.update(buffer.subarray(0, count));
    for (let written = 0; written < count;) written += writeSync(target, buffer, written, count - written);
  }
  return { size, sha256: hash.digest('hex') };
}

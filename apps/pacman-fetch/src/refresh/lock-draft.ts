import { closeSync, constants, fstatSync, ftruncateSync } from 'node:fs';
import { join } from 'node:path';

import { errorCode } from '@sb/core';
import type { FileLock } from '@sb/fetcher/files';
import { effectiveUser, type Folder, writeWhole } from '@sb/files';

import { FetchError } from '../errors.js';
import { lockFile } from '../one-file/files.js';

/**
 * Its owner must be able to read a draft that was left behind. pacman's own lock has mode 0, and pacman only checks
 * whether it exists.
 */
const mode = 0o600;

/** How often another process may remove the draft between opening and locking it. */
const mostAttempts = 100;

/** Where a draft is. */
interface Place {
  readonly folder: Folder;
  readonly name: string;
}

/**
 * A lock under a name that no program looks for, which only one process at a time has open. So the lock has its content
 * from its first moment. An empty lock of a killed process would look like pacman's.
 */
export class LockDraft implements Disposable {
  readonly #place: Place;
  readonly #descriptor: number;
  readonly #own: FileLock | undefined;
  #content = '';

  private constructor(place: Place, descriptor: number, own: FileLock | undefined) {
    this.#place = place;
    this.#descriptor = descriptor;
    this.#own = own;
  }

  /**
   * Opens or creates it.
   *
   * @param folder - stays open meanwhile
   * @throws FetchError `file` if another process has it, or it belongs to another user; Error of the system
   */
  static open(folder: Folder, name: string): LockDraft {
    const place = { folder, name };
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const descriptor = openOrMake(place);
      let own: FileLock | undefined;
      try {
        own = lockFile(descriptor, join(folder.path, name));
        if (isAlone(place, descriptor)) return new LockDraft(place, descriptor, own);
      } catch (error) {
        own?.close();
        closeSync(descriptor);
        throw error;
      }
      own?.close();
      closeSync(descriptor);
    }
    throw new FetchError('file', `${join(folder.path, name)} was removed again and again by another process`);
  }

  /**
   * Writes bytes to it, in place of those of another process.
   *
   * @throws Error of the system if the disk is full
   */
  write(content: string): void {
    this.#content = content;
    ftruncateSync(this.#descriptor);
    writeWhole(this.#descriptor, content, 0);
  }

  /**
   * Gives it another name.
   *
   * @returns false if that name is taken
   * @throws Error of the system
   */
  name(name: string): boolean {
    try {
      this.#link(name);
      return true;
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false;
      throw error;
    }
  }

  /** Removes its own name. */
  [Symbol.dispose](): void {
    const { folder, name } = this.#place;
    folder.removeIfThere(name);
    this.#own?.close();
    closeSync(this.#descriptor);
  }

  #link(to: string): void {
    const { folder, name } = this.#place;
    try {
      folder.link(name, to);
    } catch (error) {
      if (errorCode(error) === 'EEXIST') throw error;
      // A file system without hard links.
      this.#copyTo(to);
    }
  }

  /** A partial lock would belong to no process, and stay for ever. */
  #copyTo(to: string): void {
    const { folder } = this.#place;
    const made = folder.create(to, mode);
    try {
      writeWhole(made, this.#content);
    } catch (error) {
      folder.removeIfThere(to);
      throw error;
    } finally {
      closeSync(made);
    }
  }
}

function openOrMake({ folder, name }: Place): number {
  try {
    return folder.create(name, mode);
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') throw error;
  }
  const descriptor = folder.openFile(name, constants.O_RDWR);
  const { uid } = fstatSync(descriptor);
  if (uid === 0 || uid === effectiveUser()) return descriptor;
  closeSync(descriptor);
  const path = join(folder.path, name);
  throw new FetchError('file', `${path} belongs to uid ${uid}, who could keep the lock for ever`, 'Remove it.');
}

/** Whether a name leads to the open file, and is its only name. */
function isAlone({ folder, name }: Place, descriptor: number): boolean {
  const { dev, ino, nlink } = fstatSync(descriptor);
  const named = folder.lookUp(name);
  if (named?.dev !== dev || named.ino !== ino) return false;
  if (nlink === 1) return true;
  // Its process was killed right after the draft had got the name of the lock, which stays.
  folder.remove(name);
  return false;
}

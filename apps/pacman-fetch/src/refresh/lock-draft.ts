import { closeSync, constants, fstatSync, ftruncateSync } from 'node:fs';
import { join } from 'node:path';

import { errorCode } from '@sb/core';
import type { FileLock } from '@sb/fetcher/files';
import { effectiveUser, type Folder, writeWhole } from '@sb/files';

import { FetchError } from '../errors.js';
import { lockFile } from '../one-file/files.js';

/** Its owner has to read one that was left behind; pacman, whose own has no rights, asks only whether one is there. */
const mode = 0o600;

/** How often another one may take the draft away between opening and locking it. */
const mostAttempts = 100;

/** Where a draft lies. */
interface Place {
  readonly folder: Folder;
  readonly name: string;
}

/**
 * A lock under a name that nobody looks for, which only one process at a time has open: so the lock has its content from
 * the first moment on. An empty one, of a process that was killed, would be taken for pacman's.
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
   * Opens or makes it.
   *
   * @param folder - stays open meanwhile
   * @throws FetchError `file` if another process has it, or it is somebody else's; Error of the system
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
    throw new FetchError('file', `${join(folder.path, name)} is taken away again and again`);
  }

  /**
   * Puts bytes into it in the place of those of another process.
   *
   * @throws Error of the system where they have no room
   */
  write(content: string): void {
    this.#content = content;
    ftruncateSync(this.#descriptor);
    writeWhole(this.#descriptor, content, 0);
  }

  /**
   * Gives it a further name.
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

  /** A part of a lock would be nobody's, and stay for ever. */
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
  throw new FetchError('file', `${path} belongs to uid ${uid}, who could hold it for ever`, 'Remove it.');
}

/** Whether a name stands for the open file, which has no other one. */
function isAlone({ folder, name }: Place, descriptor: number): boolean {
  const { dev, ino, nlink } = fstatSync(descriptor);
  const named = folder.lookUp(name);
  if (named?.dev !== dev || named.ino !== ino) return false;
  if (nlink === 1) return true;
  // Its process was killed when it had just become a lock, which it stays.
  folder.remove(name);
  return false;
}

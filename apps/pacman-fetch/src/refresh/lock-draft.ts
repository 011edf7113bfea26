import {
  closeSync,
  constants,
  fstatSync,
  ftruncateSync,
  linkSync,
  lstatSync,
  openSync,
  rmSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';

import { errorCode } from '@sb/core';
import type { FileLock } from '@sb/fetcher/files';

import { FetchError } from '../errors.js';
import { lockFile } from '../one-file/files.js';

const flags = constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Its owner has to read one that was left behind; pacman, whose own has no rights, asks only whether one is there. */
const mode = 0o600;

/** How often another one may take the draft away between opening and locking it. */
const mostAttempts = 100;

/**
 * A lock under a name that nobody looks for, which only one process at a time has open: so the lock has its content from
 * the first moment on. An empty one, of a process that was killed, would be taken for pacman's.
 */
export class LockDraft implements Disposable {
  readonly #path: string;
  readonly #descriptor: number;
  readonly #own: FileLock | undefined;
  #content = '';

  private constructor(path: string, descriptor: number, own: FileLock | undefined) {
    this.#path = path;
    this.#descriptor = descriptor;
    this.#own = own;
  }

  /**
   * Opens or makes it.
   *
   * @throws FetchError `file` if another process has it; Error of the system
   */
  static open(path: string): LockDraft {
    for (let attempt = 0; attempt < mostAttempts; attempt++) {
      const descriptor = openSync(path, flags, mode);
      let own: FileLock | undefined;
      try {
        own = lockFile(descriptor, path);
        if (isAlone(path, descriptor)) return new LockDraft(path, descriptor, own);
      } catch (error) {
        own?.close();
        closeSync(descriptor);
        throw error;
      }
      own?.close();
      closeSync(descriptor);
    }
    throw new FetchError('file', `${path} is taken away again and again`);
  }

  /** Puts bytes into it in the place of those of another process. */
  write(content: string): void {
    this.#content = content;
    ftruncateSync(this.#descriptor);
    writeSync(this.#descriptor, content, 0);
  }

  /**
   * Gives it a further name.
   *
   * @returns false if that name is taken
   * @throws Error of the system
   */
  name(path: string): boolean {
    try {
      this.#link(path);
      return true;
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false;
      throw error;
    }
  }

  /** Removes its own name. */
  [Symbol.dispose](): void {
    rmSync(this.#path, { force: true });
    this.#own?.close();
    closeSync(this.#descriptor);
  }

  #link(path: string): void {
    try {
      linkSync(this.#path, path);
    } catch (error) {
      if (errorCode(error) === 'EEXIST') throw error;
      // A file system without hard links.
      writeFileSync(path, this.#content, { flag: 'wx', mode });
    }
  }
}

/** Whether a name stands for the open file, which has no other one. */
function isAlone(path: string, descriptor: number): boolean {
  const { dev, ino, nlink } = fstatSync(descriptor);
  const named = lstatSync(path, { throwIfNoEntry: false });
  if (named?.dev !== dev || named.ino !== ino) return false;
  if (nlink === 1) return true;
  // Its process was killed when it had just become a lock, which it stays.
  unlinkSync(path);
  return false;
}

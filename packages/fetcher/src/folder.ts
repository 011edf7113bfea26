import {
  closeSync,
  constants,
  fsyncSync,
  lstatSync,
  openSync,
  readlinkSync,
  renameSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';

import { errorCode } from '@sb/core';

import { FetcherError } from './errors.js';
import { isRoot } from './own-user.js';

/** The folder of a file, opened once: whatever happens to its path afterwards, names are looked up in this one. */
export class Folder {
  readonly path: string;
  readonly #descriptor: number;

  private constructor(path: string, descriptor: number) {
    this.path = path;
    this.#descriptor = descriptor;
  }

  /**
   * Opens a folder. A process that is root insists that nobody else can turn its path into another one: every folder
   * above it belongs to root and is not open for all. The folder itself may be anyone's.
   *
   * @throws FetcherError `file`
   */
  static open(path: string): Folder {
    try {
      if (isRoot()) requireTrustedPath(path);
      return new Folder(path, openSync(path, constants.O_RDONLY | constants.O_DIRECTORY));
    } catch (error) {
      if (error instanceof FetcherError) throw error;
      const code = errorCode(error) ?? '';
      const hint = code === 'ENOENT' ? 'Create its folder first.' : 'Choose a folder that this user may enter.';
      throw new FetcherError('file', `folder ${path} can't be used: ${code}`, { path, hint, cause: error });
    }
  }

  /** A path of a name in this very folder. */
  at(name: string): string {
    return process.platform === 'linux' ? `/proc/self/fd/${this.#descriptor}/${name}` : join(this.path, name);
  }

  /** What a name stands for; undefined for nothing. A symbolic link is not followed. */
  lookUp(name: string): Stats | undefined {
    try {
      return lstatSync(this.at(name), { throwIfNoEntry: false });
    } catch (error) {
      const path = join(this.path, name);
      throw new FetcherError('file', `${path} can't be looked at: ${errorCode(error)}`, { path });
    }
  }

  /** Gives a file its final name, at once and for good. */
  rename(from: string, to: string): void {
    renameSync(this.at(from), this.at(to));
    fsyncSync(this.#descriptor);
  }

  /** Removes a name. */
  remove(name: string): void {
    unlinkSync(this.at(name));
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

/** Symbolic links that may be followed on the way; the kernel's own limit (path_resolution(7)). */
const maxLinks = 40;

/**
 * Walks a path as the kernel does and checks every folder and every link that decides where it leads: all but the last
 * folder, which may be anyone's.
 */
function requireTrustedPath(path: string): void {
  let todo = path.split('/').filter(Boolean);
  let at = '/';
  for (let links = 0; todo.length > 0;) {
    requireTrusted(at);
    const [name = '', ...rest] = todo;
    const next = join(at, name);
    const stats = lstatSync(next);
    if (!stats.isSymbolicLink()) {
      at = next;
      todo = rest;
      continue;
    }
    if (stats.uid !== 0) refuse(next, `is a symbolic link of uid ${stats.uid}`);
    if (++links > maxLinks) refuse(next, 'leads round in a circle');
    const target = readlinkSync(next);
    if (target.startsWith('/')) at = '/';
    todo = [...target.split('/').filter(Boolean), ...rest];
  }
}

const sticky = 0o1000;
const writableByAll = 0o002;

function requireTrusted(folder: string): void {
  const { uid, mode } = lstatSync(folder);
  if (uid !== 0) refuse(folder, `belongs to uid ${uid}`);
  if ((mode & writableByAll) !== 0 && (mode & sticky) === 0) refuse(folder, 'is writable for all');
}

function refuse(folder: string, why: string): never {
  const hint = 'Root writes only below folders of root; run this as that user, or choose another place.';
  throw new FetcherError('file', `${folder} ${why}, who could turn the path of a file into another one`, {
    path: folder,
    hint,
  });
}

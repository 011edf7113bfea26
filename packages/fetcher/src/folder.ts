import { closeSync, constants, fsyncSync, lstatSync, openSync, renameSync, type Stats, unlinkSync } from 'node:fs';
import { join } from 'node:path';

import { errorCode } from '@sb/core';

import { FetcherError } from './errors.js';
import { isRoot } from './own-user.js';
import { openTrusted } from './trusted-path.js';

/** What a file system answers whose folders have no fsync(2), as vboxsf and some of FUSE: the name is there all the same. */
const withoutFsync: ReadonlySet<string | undefined> = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/** The folder of a file, opened once: whatever happens to its path afterwards, names are looked up in this one. */
export class Folder {
  readonly path: string;
  readonly #descriptor: number;

  private constructor(path: string, descriptor: number) {
    this.path = path;
    this.#descriptor = descriptor;
  }

  /**
   * Opens a folder. A process that is root insists that nobody else can turn its path into another one; the folder itself
   * may be anyone's.
   *
   * @throws FetcherError `file`
   */
  static open(path: string): Folder {
    try {
      const flags = constants.O_RDONLY | constants.O_DIRECTORY;
      return new Folder(path, isRoot() ? openTrusted(path) : openSync(path, flags));
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

  /**
   * Gives a file its final name, at once and for good: where the file system can put a folder on the disk.
   *
   * @throws Error of the system
   */
  rename(from: string, to: string): void {
    renameSync(this.at(from), this.at(to));
    try {
      fsyncSync(this.#descriptor);
    } catch (error) {
      if (!withoutFsync.has(errorCode(error))) throw error;
    }
  }

  /** Removes a name. */
  remove(name: string): void {
    unlinkSync(this.at(name));
  }

  close(): void {
    closeSync(this.#descriptor);
  }
}

import {
  accessSync,
  constants,
  closeSync,
  fstatSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  unlinkSync,
} from 'node:fs';

import { errorCode } from '@sb/core';

import { isFilesError, openFailed } from './errors.js';
import { FolderEntries } from './folder-entries.js';
import { isRoot } from './own-user.js';
import { removeTree } from './remove-tree.js';
import { servingUserOf } from './serving-user.js';
import { syncFolder } from './sync-folder.js';
import { openTrusted, whyOthersRename, whyOthersWrite } from './trusted-path.js';

const hints: Readonly<Record<string, string>> = {
  ENOENT: 'Create it first.',
  ENOTDIR: 'It or a part of its path is a file; choose another path.',
  EACCES: 'Choose a directory that this user may enter.',
};

/** The directory of a file, opened once. Names are looked up in this directory, even if its path changes afterwards. */
export class Folder extends FolderEntries implements Disposable {
  /**
   * Opens a directory. For a process of root, no other user may be able to change where its path leads; the directory
   * itself may belong to any user.
   *
   * @param path - absolute
   * @throws SandboxError `untrusted-path`, `open-failed`
   */
  static open(path: string): Folder {
    try {
      const flags = constants.O_RDONLY | constants.O_DIRECTORY;
      return new Folder(path, isRoot() ? openTrusted(path) : openSync(path, flags));
    } catch (error) {
      if (isFilesError(error)) throw error;
      const hint = hints[errorCode(error) ?? ''] ?? 'Choose another directory.';
      throw openFailed({ path, what: `directory ${path} can't be used`, hint }, error);
    }
  }

  /**
   * Wraps an open directory.
   *
   * @param path - for messages
   * @param descriptor - {@link close} closes it
   */
  static of(path: string, descriptor: number): Folder {
    return new Folder(path, descriptor);
  }

  /**
   * Opens exactly this directory once more; the caller closes it.
   *
   * @returns a descriptor
   * @throws Error of the system
   */
  reopen(): number {
    return openSync(this.at('.'), constants.O_RDONLY | constants.O_DIRECTORY);
  }

  /** The names of its entries, without `.` and `..`. */
  names(): readonly string[] {
    return readdirSync(this.at('.'));
  }

  /**
   * Creates a directory in it.
   *
   * @param mode - its permissions, before the umask
   * @throws Error of the system: EEXIST if the name exists
   */
  makeFolder(name: string, mode: number): void {
    this.naming(() => mkdirSync(this.at(name), mode));
  }

  /**
   * Gives a file in it another name.
   *
   * @throws Error of the system: EEXIST if that name exists
   */
  link(from: string, to: string): void {
    this.naming(() => linkSync(this.at(from), this.at(to)));
  }

  /**
   * Why users other than root may rename its entries: a file of root's in it need not be what its name suggests.
   *
   * @returns a clause about the directory; undefined if they may not
   */
  whyOthersRename(): string | undefined {
    return whyOthersRename(fstatSync(this.descriptor), servingUserOf(this.descriptor));
  }

  /**
   * Why users other than root may create entries in it, and rename their own.
   *
   * @returns a clause about the directory; undefined if they may not
   */
  whyOthersWrite(): string | undefined {
    return whyOthersWrite(fstatSync(this.descriptor), servingUserOf(this.descriptor));
  }

  /** Whether this process may create files in it, by access(2). */
  isWritable(): boolean {
    try {
      accessSync(this.at('.'), constants.W_OK | constants.X_OK);
      return true;
    } catch {
      return false;
    }
  }

  /**
   * Gives a file its final name, atomically, and permanently if the file system can sync a directory.
   *
   * @throws Error of the system
   */
  rename(from: string, to: string): void {
    this.renameUnsynced(from, to);
    this.sync();
  }

  /**
   * As {@link rename}, but permanent only after {@link sync}: one call is enough for many names.
   *
   * @throws Error of the system
   */
  renameUnsynced(from: string, to: string): void {
    this.naming(() => renameSync(this.at(from), this.at(to)));
  }

  /**
   * Makes its names permanent, if its file system can sync a directory.
   *
   * @throws Error of the system
   */
  sync(): void {
    syncFolder(this.descriptor);
  }

  /** Removes a name. */
  remove(name: string): void {
    this.naming(() => unlinkSync(this.at(name)));
  }

  /**
   * Removes a name, which may be missing.
   *
   * @throws Error of the system: EISDIR for a directory
   */
  removeIfThere(name: string): void {
    try {
      this.remove(name);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }

  /**
   * Removes a directory and all its content, or a file, even while a process of its owner changes it
   * ({@link removeTree}).
   *
   * @throws Error of the system
   */
  removeAll(name: string, until?: number): void {
    removeTree(this.at(name), until);
  }

  close(): void {
    closeSync(this.descriptor);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

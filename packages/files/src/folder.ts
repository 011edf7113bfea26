import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  type Stats,
  unlinkSync,
} from 'node:fs';
import { join } from 'node:path';

import { errorCode, mountOf } from '@sb/core';

import { isFilesError, openFailed, refusal } from './errors.js';
import { naming } from './named-path.js';
import { isRoot } from './own-user.js';
import { removeTree } from './remove-tree.js';
import { servingUserOf } from './serving-user.js';
import { syncFolder } from './sync-folder.js';
import { openTrusted, whyOthersRename, whyOthersWrite } from './trusted-path.js';
import { oPath } from './walk.js';

// Does not follow a symbolic link, and does not wait for the other end of a pipe.
const oldFile = constants.O_NOFOLLOW | constants.O_NONBLOCK;

const newFile = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** The directory of a file, opened once. Names are looked up in this directory, even if its path changes afterwards. */
export class Folder implements Disposable {
  readonly path: string;
  readonly #descriptor: number;

  private constructor(path: string, descriptor: number) {
    this.path = path;
    this.#descriptor = descriptor;
  }

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
      const isMissing = errorCode(error) === 'ENOENT';
      const hint = isMissing ? 'Create it first.' : 'Choose a directory that this user may enter.';
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

  /** Returns a path of a name in exactly this directory. */
  at(name: string): string {
    return process.platform === 'linux' ? `/proc/self/fd/${this.#descriptor}/${name}` : join(this.path, name);
  }

  /** Examines what a name leads to; undefined for nothing. A symbolic link is not followed. */
  lookUp(name: string): Stats | undefined {
    try {
      return lstatSync(this.at(name), { throwIfNoEntry: false });
    } catch (error) {
      const path = join(this.path, name);
      throw openFailed({ path, what: `${path} can't be examined`, hint: undefined }, error);
    }
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
   * Creates a new file: what other users have put under its name is neither opened nor followed.
   *
   * @param mode - its permissions, regardless of the umask
   * @returns a descriptor to read and write
   * @throws Error of the system: EEXIST if the name exists
   */
  create(name: string, mode: number): number {
    const descriptor = this.#naming(() => openSync(this.at(name), newFile, mode));
    try {
      fchmodSync(descriptor, mode);
      return descriptor;
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /**
   * Opens an existing regular file of any owner: a link is not followed, and a pipe is not waited for.
   *
   * @param access - `O_RDONLY`, `O_WRONLY` or `O_RDWR`
   * @throws SandboxError `untrusted-file` for anything else; Error of the system: ELOOP for a symbolic link
   */
  openFile(name: string, access: number = constants.O_RDONLY): number {
    const descriptor = this.#naming(() => openSync(this.at(name), access | oldFile));
    if (fstatSync(descriptor).isFile()) return descriptor;
    closeSync(descriptor);
    const path = join(this.path, name);
    throw refusal('untrusted-file', { path, what: `${path} is not a regular file`, hint: 'Remove it.' });
  }

  /**
   * Creates a directory in it.
   *
   * @param mode - its permissions, before the umask
   * @throws Error of the system: EEXIST if the name exists
   */
  makeFolder(name: string, mode: number): void {
    this.#naming(() => mkdirSync(this.at(name), mode));
  }

  /**
   * Gives a file in it another name.
   *
   * @throws Error of the system: EEXIST if that name exists
   */
  link(from: string, to: string): void {
    this.#naming(() => linkSync(this.at(from), this.at(to)));
  }

  /**
   * Why users other than root may rename its entries: a file of root's in it need not be what its name suggests.
   *
   * @returns a clause about the directory; undefined if they may not
   */
  whyOthersRename(): string | undefined {
    return whyOthersRename(fstatSync(this.#descriptor), servingUserOf(this.#descriptor));
  }

  /**
   * Why users other than root may create entries in it, and rename their own.
   *
   * @returns a clause about the directory; undefined if they may not
   */
  whyOthersWrite(): string | undefined {
    return whyOthersWrite(fstatSync(this.#descriptor), servingUserOf(this.#descriptor));
  }

  /**
   * Holds what a name leads to, without asking the server of a file system, which can be any user's program (FUSE) and
   * never answer.
   *
   * @returns a descriptor with O_PATH; undefined for something on another mount
   * @throws Error of the system: ENOENT
   */
  hold(name: string): number | undefined {
    const held = this.#naming(() => openSync(this.at(name), oPath | constants.O_NOFOLLOW));
    if (mountOf(held) === mountOf(this.#descriptor)) return held;
    closeSync(held);
    return undefined;
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
    this.#naming(() => renameSync(this.at(from), this.at(to)));
    syncFolder(this.#descriptor);
  }

  /** Removes a name. */
  remove(name: string): void {
    this.#naming(() => unlinkSync(this.at(name)));
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
    closeSync(this.#descriptor);
  }

  /** An error of the system names the path of this directory, not that of its descriptor. */
  #naming<Result>(call: () => Result): Result {
    return naming(this.at(''), join(this.path, '/'), call);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

import {
  accessSync,
  closeSync,
  constants,
  fchmodSync,
  fstatSync,
  fsyncSync,
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

import { errorCode } from '@sb/core';

import { isFilesError, openFailed, refusal } from './errors.js';
import { mountOf } from './mount-of.js';
import { isRoot } from './own-user.js';
import { removeTree } from './remove-tree.js';
import { servingUserOf } from './serving-user.js';
import { openTrusted, whyOthersRename, whyOthersWrite } from './trusted-path.js';
import { oPath } from './walk.js';

/** What a file system answers whose folders have no fsync(2), as vboxsf and some of FUSE: the name is there all the same. */
const withoutFsync: ReadonlySet<string | undefined> = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

// Not through a symbolic link, and without waiting for the other end of a pipe.
const oldFile = constants.O_NOFOLLOW | constants.O_NONBLOCK;

const newFile = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** The folder of a file, opened once: whatever happens to its path afterwards, names are looked up in this one. */
export class Folder implements Disposable {
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
      const hint = isMissing ? 'Create its folder first.' : 'Choose a folder that this user may enter.';
      throw openFailed({ path, what: `folder ${path} can't be used`, hint }, error);
    }
  }

  /**
   * A folder that is open already.
   *
   * @param path - for messages
   * @param descriptor - {@link close} closes it
   */
  static of(path: string, descriptor: number): Folder {
    return new Folder(path, descriptor);
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
      throw openFailed({ path, what: `${path} can't be looked at`, hint: undefined }, error);
    }
  }

  /**
   * Opens this very folder once more, for somebody who closes it himself.
   *
   * @returns a descriptor
   * @throws Error of the system
   */
  reopen(): number {
    return openSync(this.at('.'), constants.O_RDONLY | constants.O_DIRECTORY);
  }

  /** Names of what is in it, without `.` and `..`. */
  names(): readonly string[] {
    return readdirSync(this.at('.'));
  }

  /**
   * Makes a file that was not there: what others have put under its name is neither opened nor followed.
   *
   * @param mode - its permissions, whatever the umask
   * @returns a descriptor to read and write
   * @throws Error of the system: EEXIST where the name stands for something
   */
  create(name: string, mode: number): number {
    const descriptor = openSync(this.at(name), newFile, mode);
    try {
      fchmodSync(descriptor, mode);
      return descriptor;
    } catch (error) {
      closeSync(descriptor);
      throw error;
    }
  }

  /**
   * Opens a regular file that is there, whoever owns it: a link is not followed, and a pipe not waited for.
   *
   * @param access - `O_RDONLY`, `O_WRONLY` or `O_RDWR`
   * @throws SandboxError `untrusted-file` for anything else; Error of the system: ELOOP for a symbolic link
   */
  openFile(name: string, access: number = constants.O_RDONLY): number {
    const descriptor = openSync(this.at(name), access | oldFile);
    if (fstatSync(descriptor).isFile()) return descriptor;
    closeSync(descriptor);
    const path = join(this.path, name);
    throw refusal('untrusted-file', { path, what: `${path} is not a regular file`, hint: 'Remove it.' });
  }

  /**
   * Makes a folder in it.
   *
   * @param mode - its permissions, before the umask
   * @throws Error of the system: EEXIST where the name stands for something
   */
  makeFolder(name: string, mode: number): void {
    mkdirSync(this.at(name), mode);
  }

  /**
   * Gives a file in it a further name.
   *
   * @throws Error of the system: EEXIST where that name stands for something
   */
  link(from: string, to: string): void {
    linkSync(this.at(from), this.at(to));
  }

  /**
   * Why others than root may give what is in it other names: a file of root's that lies there need not be what its name
   * says.
   *
   * @returns what is to be said of the folder; undefined where they may not
   */
  whyOthersRename(): string | undefined {
    return whyOthersRename(fstatSync(this.#descriptor), servingUserOf(this.#descriptor));
  }

  /**
   * Why others than root may put something into it, and rename there what was given to them.
   *
   * @returns what is to be said of the folder; undefined where they may not
   */
  whyOthersWrite(): string | undefined {
    return whyOthersWrite(fstatSync(this.#descriptor), servingUserOf(this.#descriptor));
  }

  /**
   * Holds what a name stands for, without asking the server of a file system, who can be anybody's program (FUSE) and never answer.
   *
   * @returns a descriptor with O_PATH; undefined for what lies on another mount
   * @throws Error of the system: ENOENT
   */
  hold(name: string): number | undefined {
    const held = openSync(this.at(name), oPath | constants.O_NOFOLLOW);
    if (mountOf(held) === mountOf(this.#descriptor)) return held;
    closeSync(held);
    return undefined;
  }

  /** Whether this process may make files in it, by access(2). */
  isWritable(): boolean {
    try {
      accessSync(this.at('.'), constants.W_OK | constants.X_OK);
      return true;
    } catch {
      return false;
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

  /**
   * Removes a name, which may be gone already.
   *
   * @throws Error of the system: EISDIR for a folder
   */
  removeIfThere(name: string): void {
    try {
      this.remove(name);
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error;
    }
  }

  /**
   * Removes a folder or a file and all that is in it, even while a process of its owner changes it ({@link removeTree}).
   *
   * @throws Error of the system
   */
  removeAll(name: string, until?: number): void {
    removeTree(this.at(name), until);
  }

  close(): void {
    closeSync(this.#descriptor);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

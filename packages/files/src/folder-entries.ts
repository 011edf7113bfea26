import { closeSync, constants, fchmodSync, fstatSync, openSync, type Stats } from 'node:fs';
import { join } from 'node:path';

import { mountOf } from '@sb/core';

import { byteText } from './byte-text.js';
import { isFilesError, openFailed, refusal } from './errors.js';
import { naming } from './named-path.js';
import { oPath } from './o-path.js';
import { type Entry, examine, mountForRoot, openEntry } from './unserved.js';

// Does not follow a symbolic link, and does not wait for the other end of a pipe.
const oldFile = constants.O_NOFOLLOW | constants.O_NONBLOCK;

const newFile = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW;

/** What the names in a directory lead to, which is held open. */
export class FolderEntries {
  readonly path: string;
  protected readonly descriptor: number;
  #mount: { readonly number: number | undefined } | undefined;

  protected constructor(path: string, descriptor: number) {
    this.path = path;
    this.descriptor = descriptor;
  }

  /** Returns a path of a name in exactly this directory. */
  at(name: string): string {
    return process.platform === 'linux' ? `/proc/self/fd/${this.descriptor}/${name}` : join(this.path, name);
  }

  /**
   * Examines what a name leads to; undefined for nothing. A symbolic link is not followed.
   *
   * @throws SandboxError `untrusted-file` for what an ordinary user serves to root (FUSE), which may never answer;
   *   `open-failed`
   */
  lookUp(name: string): Stats | undefined {
    try {
      return examine(this.#entry(name));
    } catch (error) {
      if (isFilesError(error)) throw error;
      const path = join(this.path, name);
      throw openFailed({ path, what: `${path} can't be examined`, hint: undefined }, error);
    }
  }

  /**
   * Creates a new file: what other users have put under its name is neither opened nor followed.
   *
   * @param mode - its permissions, regardless of the umask
   * @returns a descriptor to read and write
   * @throws Error of the system: EEXIST if the name exists
   */
  create(name: string, mode: number): number {
    const descriptor = this.naming(() => openSync(this.at(name), newFile, mode));
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
    const descriptor = this.openOld(name, access | oldFile);
    if (fstatSync(descriptor).isFile()) return descriptor;
    closeSync(descriptor);
    const path = join(this.path, name);
    throw refusal('untrusted-file', { path, what: `${path} is not a regular file`, hint: 'Remove it.' });
  }

  /**
   * Opens what a name leads to, of any kind.
   *
   * @param flags - of open(2): with O_NOFOLLOW, and without O_CREAT
   * @throws SandboxError `untrusted-file` for what an ordinary user serves to root; Error of the system
   */
  openOld(name: string, flags: number): number {
    return openEntry(this.#entry(name), flags);
  }

  /**
   * Holds what a name leads to, without asking the server of a file system, which can be any user's program (FUSE) and
   * never answer.
   *
   * @returns a descriptor with O_PATH; undefined for something on another mount
   * @throws Error of the system: ENOENT
   */
  hold(name: string): number | undefined {
    const held = this.naming(() => openSync(this.at(name), oPath | constants.O_NOFOLLOW));
    if (mountOf(held) === mountOf(this.descriptor)) return held;
    closeSync(held);
    return undefined;
  }

  #entry(name: string): Entry {
    this.#mount ??= { number: mountForRoot(this.descriptor) };
    const { number: mount } = this.#mount;
    // Only a message has this path: to normalize it for each name of hundreds takes as long as to look.
    const shown = `${this.path}${this.path.endsWith('/') ? '' : '/'}${name}`;
    return { place: this.at(name), directory: this.descriptor, name: byteText(name), shown, mount };
  }

  /** An error of the system names the path of this directory, not that of its descriptor. */
  protected naming<Result>(call: () => Result): Result {
    return naming(this.at(''), join(this.path, '/'), call);
  }
}

import { closeSync, fchmodSync, fstatSync, fsyncSync, futimesSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import type { Folder } from '@sb/files';

import { beginningIn, pastTime } from './beginning.js';
import type { Beginning } from '../values/confirmation.js';
import { destinationError, takenAway } from './destination-error.js';
import { isWrittenInPlace, openOrMake } from './destination-file.js';
import type { DestinationState, Naming } from './destination-state.js';
import { documentPlace } from '../values/readers.js';
import { asFileError, FetcherError } from '../errors/fetcher-error.js';
import { type Finish, finishReader } from './finish.js';
import type { FileLock } from './lock.js';
import { openAlone, type OpenFolders, type SharedFolder } from './open-folders.js';
import { partSuffix, withoutPart } from '../values/part-name.js';
import { WrittenFile } from './written-file.js';

/**
 * A file that appears only when it is complete and checked. Only this process writes it, as `FILE.part` beside it, or
 * in place if it already has its final name. No other process ever has its descriptor: a process that holds a file open
 * can write to it after the check, under any name.
 */
export class Destination {
  /** Open for reading and writing; closed by {@link publish}, {@link keep}, {@link discard} and {@link close}. */
  readonly descriptor: number;
  /** Writes to it, and computes its checksum. */
  readonly content: WrittenFile;
  readonly #folder: Folder;
  readonly #rename: SharedFolder['rename'];
  readonly #release: () => void;
  readonly #finalName: string;
  /** The name under which it is written. */
  readonly #name: string;
  #state: DestinationState;
  #lock: FileLock | undefined;

  /** @param at - the directory of FILE; it is released with this */
  private constructor({ folder, rename, release }: SharedFolder, finalName: string, { nameIn, isForAll }: Naming) {
    [this.#folder, this.#finalName] = [folder, finalName];
    [this.#rename, this.#release] = [rename, release];
    try {
      this.#name = nameIn(this.#folder, this.#finalName);
      const { descriptor, isNew, size, lock } = openOrMake(this.#folder, { name: this.#name, isForAll });
      this.descriptor = descriptor;
      this.content = new WrittenFile(descriptor, { path: join(folder.path, this.#name), size });
      this.#state = isNew ? 'new' : 'resumed';
      this.#lock = lock;
    } catch (error) {
      this.#release();
      throw asFileError(error);
    }
  }

  /**
   * Opens or creates `FILE.part` for a FILE that all users may finally read. A user with write access to the directory
   * could have put something else there. So it must be a regular file without other names that belongs to root or to
   * this process.
   *
   * @param path - absolute path of FILE
   * @param folders - directories that are open already, and are synced later. Default: none
   * @throws FetcherError `file`, `disk-full`
   */
  static beside(path: string, folders?: OpenFolders): Destination {
    const folder = folders?.open(dirname(path)) ?? openAlone(dirname(path));
    return new Destination(folder, basename(path), { nameIn: (_, name) => `${name}${partSuffix}`, isForAll: true });
  }

  /**
   * Opens or creates a file that a user has named. That user sets its permissions, and renames it if its name ends with
   * `.part`. Such a file is written in place, and so is an existing FILE that root may resume. Any other is `FILE.part`
   * until it is complete. It must be a file as for {@link beside}.
   *
   * @param path - absolute path of FILE
   * @param mayResume - whether the download may resume from an existing FILE; otherwise FILE stays until a new one is
   *   complete
   * @throws FetcherError `file`, `disk-full`
   */
  static named(path: string, mayResume: boolean): Destination {
    const nameIn = (folder: Folder, name: string): string => {
      const isInPlace = name.endsWith(partSuffix) || (mayResume && isWrittenInPlace(folder, name));
      return isInPlace ? name : `${name}${partSuffix}`;
    };
    return new Destination(openAlone(dirname(path)), basename(path), { nameIn, isForAll: false });
  }

  /** Base name of the file that is downloaded, without the suffix of an incomplete one. */
  get name(): string {
    return withoutPart(this.#finalName);
  }

  /** The path that is written to; that of FILE when it is complete. */
  get path(): string {
    return join(this.#folder.path, this.#state === 'whole' ? this.#finalName : this.#name);
  }

  /** Whether it is written under its final name. */
  get isInPlace(): boolean {
    return this.#name === this.#finalName;
  }

  /** Its current size in bytes. */
  get size(): number {
    return this.content.size;
  }

  /** Its size, and how a server can confirm its content; null if it is empty, or its content cannot be confirmed. */
  get beginning(): Beginning | null {
    return this.content.length === 0 ? null : beginningIn(this.descriptor);
  }

  /** The time of the file that has the final name now; null if it is missing, or its time lies in the future. */
  get finalTime(): number | null {
    return pastTime(this.#folder.lookUp(this.#finalName));
  }

  /** Whether the user with this uid may set the server's time: only its owner may (`utimensat(2)`). */
  isDatedBy(uid: number | undefined): boolean {
    return fstatSync(this.descriptor).uid === uid;
  }

  /** Records that this process is about to lose the right to look up, rename and remove names. */
  seal(): void {
    this.#state = 'sealed';
    // The lock ends with the descriptor. The call that would end it sooner may be denied by then.
    this.#lock = undefined;
  }

  /**
   * Checks that its size is what was reported.
   *
   * @param size - bytes that it must have
   * @param maxBytes - bytes that it may have
   * @throws FetcherError `file`
   */
  requireSize(size: number, maxBytes: number): void {
    const { path, size: held } = this;
    if (held !== size) {
      const hint = 'Another process writes to it: end that process, or choose another file.';
      throw new FetcherError('file', `${path} has ${held} bytes instead of ${size}`, { path, hint });
    }
    if (held > maxBytes) throw new FetcherError('file', `${path} is larger than ${maxBytes} bytes`, { path });
  }

  /**
   * Sets the mode of the file and, if this process may, its time, and syncs it to the disk.
   *
   * @throws FetcherError `file`, `disk-full`; `invalid-request`
   */
  prepare(finish: Finish): void {
    const { mode, modified } = finishReader.read(finish, documentPlace('finish'));
    if (this.#state === 'sealed' && !this.isInPlace) throw new Error('a sealed file cannot be renamed');
    const stats = fstatSync(this.descriptor);
    if (!this.#isStillNamed(stats)) throw takenAway(this.path);
    try {
      const isInTheWay = !this.isInPlace && this.#folder.lookUp(this.#finalName)?.isDirectory() === true;
      if (isInTheWay) throw Object.assign(new Error(), { code: 'EISDIR' });
      if (mode !== undefined) fchmodSync(this.descriptor, mode);
      const isDated = modified !== undefined && stats.uid === process.geteuid?.();
      if (isDated) futimesSync(this.descriptor, new Date(), modified);
      fsyncSync(this.descriptor);
    } catch (error) {
      throw destinationError(this.path, 'could not be finished', error);
    }
  }

  /**
   * Gives the prepared file its name, and closes it.
   *
   * @throws FetcherError `file`
   */
  publish(): void {
    try {
      if (!this.isInPlace) this.#rename(this.#name, this.#finalName);
    } catch (error) {
      throw destinationError(this.path, 'could not be finished', error);
    }
    this.#close('whole');
  }

  /** Removes it, and the file with the final name, which belongs to an older file. */
  discardWithOlder(): void {
    if (this.#folder.lookUp(this.#finalName)?.isFile() === true) this.#folder.remove(this.#finalName);
    this.discard();
  }

  /**
   * Leaves its content for another attempt. An empty file is removed, unless it existed and was written in place.
   *
   * @param lastModified - the server's time, in milliseconds since 1970; null if unknown
   * @throws FetcherError `file`; it is closed also then
   */
  keep(lastModified: number | null): void {
    if (this.#isClosed) return;
    const mayGo = this.#state === 'new' || (this.#state === 'resumed' && !this.isInPlace);
    if (mayGo && this.size === 0) {
      this.discard();
      return;
    }
    try {
      if (lastModified !== null) futimesSync(this.descriptor, new Date(), new Date(lastModified));
    } catch (error) {
      throw destinationError(this.path, "can't be given its time", error);
    } finally {
      this.#close('left');
    }
  }

  /** {@link keep} while another error is handled, which is more useful than the reason why an empty file stays. */
  close(): void {
    try {
      this.keep(null);
    } catch {
      // It is closed also then.
    }
  }

  /** Removes it. @throws FetcherError `file`; it is emptied and closed also then */
  discard(): void {
    if (this.#isClosed) return;
    try {
      // The name may stay in the directory, but its content must not be used in any case.
      this.content.truncate();
      if (this.#isStillNamed()) this.#folder.remove(this.#name);
    } catch (error) {
      throw destinationError(this.path, "can't be removed", error);
    } finally {
      this.#close('left');
    }
  }

  get #isClosed(): boolean {
    return this.#state === 'whole' || this.#state === 'left';
  }

  #close(state: 'whole' | 'left'): void {
    this.#state = state;
    this.#lock?.close();
    closeSync(this.descriptor);
    this.#release();
  }

  /** Whether its name still leads to the open file; if it is sealed, whether any name does. */
  #isStillNamed({ dev, ino, nlink } = fstatSync(this.descriptor)): boolean {
    if (this.#state === 'sealed') return nlink > 0;
    const named = this.#folder.lookUp(this.#name);
    return named?.dev === dev && named.ino === ino;
  }
}

import { closeSync, fchmodSync, fstatSync, fsyncSync, futimesSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import type { Folder } from '@sb/files';

import { beginningIn } from './beginning.js';
import type { Beginning } from '../values/confirmation.js';
import { destinationError, takenAway } from './destination-error.js';
import { isWrittenInPlace, openOrMake } from './destination-file.js';
import type { DestinationState } from './destination-state.js';
import { documentPlace } from '../values/readers.js';
import { asFileError, FetcherError } from '../errors/fetcher-error.js';
import { isPast } from '../values/file-time.js';
import { type Finish, finishReader } from './finish.js';
import type { FileLock } from './lock.js';
import { openFolder } from './open-folder.js';
import { partSuffix, withoutPart } from '../values/part-name.js';
import { WrittenFile } from './written-file.js';

/**
 * A file that appears only when it is whole and checked: written by this process alone as `FILE.part` beside it, or in
 * place where it has its final name already. No other process ever has its descriptor: who holds a file open can write to
 * it after the check, under whatever name.
 */
export class Destination {
  /** Open for reading and writing; closed by {@link publish}, {@link keep}, {@link discard} and {@link close}. */
  readonly descriptor: number;
  /** What writes to it and sums it. */
  readonly content: WrittenFile;
  readonly #folder: Folder;
  readonly #finalName: string;
  /** The name that is written to. */
  readonly #name: string;
  #state: DestinationState;
  #lock: FileLock | undefined;

  private constructor(path: string, nameIn: (folder: Folder, finalName: string) => string, isForAll: boolean) {
    this.#folder = openFolder(dirname(path));
    this.#finalName = basename(path);
    try {
      this.#name = nameIn(this.#folder, this.#finalName);
      const { descriptor, isNew, lock } = openOrMake(this.#folder, { name: this.#name, isForAll });
      this.descriptor = descriptor;
      this.#state = isNew ? 'new' : 'resumed';
      this.#lock = lock;
    } catch (error) {
      this.#folder.close();
      throw asFileError(error);
    }
    this.content = new WrittenFile(this.descriptor, this.path);
  }

  /**
   * Opens or makes `FILE.part` for a FILE that all may read in the end. Whoever may write to the folder could have put
   * something else there, so it has to be a regular file without other names that belongs to root or to this process.
   *
   * @param path - absolute path of FILE
   * @throws FetcherError `file`, `disk-full`
   */
  static beside(path: string): Destination {
    return new Destination(path, (_, name) => `${name}${partSuffix}`, true);
  }

  /**
   * Opens or makes what somebody has named, who gives it its permissions, and a last name where it is called `.part`:
   * that is written in place, as is a FILE that is there already and that root may go on with. Any other is `FILE.part` until it is whole. It has to
   * be a file as for {@link beside}.
   *
   * @param path - absolute path of FILE
   * @param mayResume - whether a FILE that is there can be gone on with; otherwise it stays until a new one is whole
   * @throws FetcherError `file`, `disk-full`
   */
  static named(path: string, mayResume: boolean): Destination {
    const nameIn = (folder: Folder, name: string): string => {
      const isInPlace = name.endsWith(partSuffix) || (mayResume && isWrittenInPlace(folder, name));
      return isInPlace ? name : `${name}${partSuffix}`;
    };
    return new Destination(path, nameIn, false);
  }

  /** Base name of the file that is downloaded, without the suffix of an incomplete one. */
  get name(): string {
    return withoutPart(this.#finalName);
  }

  /** Path of what is written to; of FILE when it is whole. */
  get path(): string {
    return join(this.#folder.path, this.#state === 'whole' ? this.#finalName : this.#name);
  }

  /** Whether the name that it is written under is the one it is to have. */
  get isInPlace(): boolean {
    return this.#name === this.#finalName;
  }

  /** Bytes it holds now. */
  get size(): number {
    return this.content.size;
  }

  /** What it holds, and how a server can confirm that; null if it holds nothing, or nothing that can be confirmed. */
  get beginning(): Beginning | null {
    return beginningIn(this.descriptor);
  }

  /** The time of the file that has the final name now; null if there is none, or it lies in the future. */
  get finalTime(): number | null {
    const stats = this.#folder.lookUp(this.#finalName);
    if (stats?.isFile() !== true || !isPast(stats.mtimeMs)) return null;
    return Math.max(0, Math.trunc(stats.mtimeMs));
  }

  /** Whether who has a uid may give it the server's time: its owner (`utimensat(2)`). */
  isDatedBy(uid: number | undefined): boolean {
    return fstatSync(this.descriptor).uid === uid;
  }

  /** Says that this process is about to give up looking up, renaming and removing names. */
  seal(): void {
    this.#state = 'sealed';
    // It goes with the descriptor, and the call that would end it sooner may be denied by then.
    this.#lock = undefined;
  }

  /**
   * Checks that it holds what was said to have come.
   *
   * @param size - bytes that it must hold
   * @param maxBytes - bytes that it may hold
   * @throws FetcherError `file`
   */
  requireSize(size: number, maxBytes: number): void {
    const { path, size: held } = this;
    if (held !== size) {
      const hint = 'Something else writes to it.';
      throw new FetcherError('file', `${path} holds ${held} bytes and not ${size}`, { path, hint });
    }
    if (held > maxBytes) throw new FetcherError('file', `${path} is larger than ${maxBytes} bytes`, { path });
  }

  /**
   * Gives the file mode and, if this process may, time, and puts it on the disk.
   *
   * @throws FetcherError `file`, `disk-full`; `invalid-request`
   */
  prepare(finish: Finish): void {
    const { mode, modified } = finishReader.read(finish, documentPlace('finish'));
    if (this.#state === 'sealed' && !this.isInPlace) throw new Error('a sealed file can get no other name');
    if (!this.#isStillNamed()) throw takenAway(this.path);
    try {
      const isInTheWay = !this.isInPlace && this.#folder.lookUp(this.#finalName)?.isDirectory() === true;
      if (isInTheWay) throw Object.assign(new Error(), { code: 'EISDIR' });
      if (mode !== undefined) fchmodSync(this.descriptor, mode);
      const isDated = modified !== undefined && this.isDatedBy(process.geteuid?.());
      if (isDated) futimesSync(this.descriptor, new Date(), modified);
      fsyncSync(this.descriptor);
    } catch (error) {
      throw destinationError(this.path, 'could not be finished', error);
    }
  }

  /**
   * Gives what is prepared its name, and closes it.
   *
   * @throws FetcherError `file`
   */
  publish(): void {
    try {
      if (!this.isInPlace) this.#folder.rename(this.#name, this.#finalName);
    } catch (error) {
      throw destinationError(this.path, 'could not be finished', error);
    }
    this.#close('whole');
  }

  /** Removes it, and what has the final name: it is of an older file. */
  discardWithOlder(): void {
    if (this.#folder.lookUp(this.#finalName)?.isFile() === true) this.#folder.remove(this.#finalName);
    this.discard();
  }

  /**
   * Leaves what it holds for another attempt; a file of which nothing came goes, but for one that was there in place.
   *
   * @param lastModified - the server's time, in milliseconds since 1970; null where it isn't known
   * @throws FetcherError `file`, closed all the same
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

  /** {@link keep} where an error is under way, which says more than why an empty file stays behind. */
  close(): void {
    try {
      this.keep(null);
    } catch {
      // Closed all the same.
    }
  }

  /** Removes it. @throws FetcherError `file`, emptied and closed all the same */
  discard(): void {
    if (this.#isClosed) return;
    try {
      // The folder may not let go of the name; what it stands for is worth nothing in any case.
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
    this.#folder.close();
  }

  /** Whether the name still stands for the file that is open; sealed, whether any name does. */
  #isStillNamed(): boolean {
    const { dev, ino, nlink } = fstatSync(this.descriptor);
    if (this.#state === 'sealed') return nlink > 0;
    const named = this.#folder.lookUp(this.#name);
    return named?.dev === dev && named.ino === ino;
  }
}

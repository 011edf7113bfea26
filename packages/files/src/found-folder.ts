import { closeSync, constants, fchmodSync, fchownSync, fstatSync, openSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

import { errorCode } from '@sb/core';

import { Folder } from './folder.js';
import { timeToRemove } from './remove-tree.js';
import { effectiveUser } from './own-user.js';

const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Errors for a name that does not lead to a directory, leads to one that cannot be opened, or is missing by now. */
const otherwise: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES']);

/** Mode bits with which other users may write to a directory. */
const groupAndOthers = 0o022;

/** How often removing is tried: a process inside may continue to fill it. */
const removals = 20;

/**
 * A directory that was found in another one, held open: every operation applies to exactly this directory, even if it
 * was renamed.
 */
export class FoundFolder implements Disposable {
  /** Its content. */
  readonly inside: Folder;
  readonly #above: Folder;
  readonly #name: string;
  readonly #descriptor: number;

  private constructor(above: Folder, name: string, descriptor: number) {
    this.#above = above;
    this.#name = name;
    this.#descriptor = descriptor;
    this.inside = Folder.of(join(above.path, name), descriptor);
  }

  /**
   * Opens it. A symbolic link is not followed, and the server of something mounted there is not waited for.
   *
   * @param above - stays open for as long as this one is in use
   * @returns undefined if the name is missing, leads to something else or to a mount point, or if this process may not
   *   read the directory
   * @throws Error of the system
   */
  static open(above: Folder, name: string): FoundFolder | undefined {
    try {
      const descriptor = openHere(above, name);
      return descriptor === undefined ? undefined : new FoundFolder(above, name, descriptor);
    } catch (error) {
      if (otherwise.has(errorCode(error))) return undefined;
      throw error;
    }
  }

  /** Whether it belongs to this process's user, and no other user may write to it. */
  isOwn(): boolean {
    const { uid, mode } = fstatSync(this.#descriptor);
    return uid === effectiveUser() && (mode & groupAndOthers) === 0;
  }

  /** Milliseconds since its entries or its attributes were last changed (`st_ctime`). */
  age(): number {
    return Date.now() - fstatSync(this.#descriptor).ctimeMs;
  }

  /**
   * Removes it and all its content, in at most three seconds. First it is taken back from the user that it was given
   * to. If this process is not root, a process further inside may put something into it while it is removed, so
   * removing is tried more than once.
   *
   * @param until - when it must have ended, by clockNow(); for several that have three seconds together
   * @param last - the name in it that is removed when nothing else is left
   * @throws Error of the system: as `removeTree`, and ENOTDIR or ENOTEMPTY if its name leads to something else by now
   */
  removeAll(until: number = timeToRemove(), last?: string): void {
    this.#takeBack();
    for (let tries = 1; ; tries++) {
      try {
        const names = this.inside.names().filter((name) => name !== last);
        for (const name of names) this.inside.removeAll(name, until);
        break;
      } catch (error) {
        if (errorCode(error) !== 'ENOTEMPTY' || tries === removals) throw error;
      }
    }
    if (last !== undefined) this.inside.removeAll(last, until);
    rmdirSync(this.#above.at(this.#name));
  }

  #takeBack(): void {
    const [uid, gid] = [effectiveUser(), process.getegid?.()];
    if (uid !== undefined && gid !== undefined) fchownSync(this.#descriptor, uid, gid);
    fchmodSync(this.#descriptor, 0o700);
  }

  /** Closes it; it stays where it is. */
  [Symbol.dispose](): void {
    this.inside.close();
  }
}

/** Returns a descriptor of a directory on the same mount; undefined if something is mounted there. */
function openHere(above: Folder, name: string): number | undefined {
  if (process.platform !== 'linux') return openSync(above.at(name), flags);
  const held = above.hold(name);
  if (held === undefined) return undefined;
  try {
    // Something mounted there by now is not the held directory. A held link cannot be opened.
    return openSync(`/proc/self/fd/${held}`, constants.O_RDONLY | constants.O_DIRECTORY);
  } finally {
    closeSync(held);
  }
}

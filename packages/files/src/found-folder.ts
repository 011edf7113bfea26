import { closeSync, constants, fchmodSync, fchownSync, fstatSync, openSync, rmdirSync } from 'node:fs';
import { join } from 'node:path';

import { errorCode } from '@sb/core';

import { Folder } from './folder.js';
import { timeToRemove } from './remove-tree.js';
import { effectiveUser } from './own-user.js';

const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** What a name can stand for that is no folder which can be opened, or be gone by now. */
const otherwise: ReadonlySet<string | undefined> = new Set(['ENOENT', 'ENOTDIR', 'ELOOP', 'EACCES']);

/** Whose writing makes a folder somebody else's as well. */
const groupAndOthers = 0o022;

/** How often removing is tried: who is in it still may go on to fill it. */
const removals = 20;

/** A folder that was found in another one, held open: what is done to it is done to no other one, whatever its name is by now. */
export class FoundFolder implements Disposable {
  /** What is in it. */
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
   * Opens it. A symbolic link is not followed, and nobody is waited for who has mounted something there.
   *
   * @param above - stays open for as long as this one is in use
   * @returns undefined where the name stands for nothing, for something else, for what is mounted there, or for a folder that this
   *   process may not read
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

  /** Whether it is this process's user's, and nobody else may write in it. */
  isOwn(): boolean {
    const { uid, mode } = fstatSync(this.#descriptor);
    return uid === effectiveUser() && (mode & groupAndOthers) === 0;
  }

  /** Milliseconds since something was last put into it, taken from it or changed of it (`st_ctime`). */
  age(): number {
    return Date.now() - fstatSync(this.#descriptor).ctimeMs;
  }

  /**
   * Removes it and all that is in it, in three seconds at the most. All of it is taken back first from whom it was given to; where this
   * process is not root, who is further inside may put something into what is removed, so it is tried more than once.
   *
   * @param until - when it has to have ended, by performance.now(); for several that have three seconds together
   * @param last - the name in it that goes when nothing else is left
   * @throws Error of the system: as `removeTree`, and ENOTDIR or ENOTEMPTY where its name stands for something else by now
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

  /** Lets go of it; it stays where it is. */
  [Symbol.dispose](): void {
    this.inside.close();
  }
}

/** A descriptor of a folder on the same mount; undefined for what is mounted there. */
function openHere(above: Folder, name: string): number | undefined {
  if (process.platform !== 'linux') return openSync(above.at(name), flags);
  const held = above.hold(name);
  if (held === undefined) return undefined;
  try {
    // What is mounted there by now is not what is held. A link that is held can't be opened.
    return openSync(`/proc/self/fd/${held}`, constants.O_RDONLY | constants.O_DIRECTORY);
  } finally {
    closeSync(held);
  }
}

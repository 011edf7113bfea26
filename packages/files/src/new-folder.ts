import { constants, fchmodSync, fchownSync, fstatSync, mkdtempSync, openSync, rmdirSync } from 'node:fs';
import { basename, join } from 'node:path';

import { integer, object, type Options, type Reader, required } from '@sb/core/document';

import { requireNoDefaultAcl } from './default-acl.js';
import { documentPlace } from './errors.js';
import { Folder } from './folder.js';
import { effectiveUser } from './own-user.js';

/** Who a folder is given to. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** Largest id; 2³²−1 means "leave unchanged" to the kernel (chown(2)), which would give away less than was meant. */
const maxId = 0xffff_fffe;

/** Whom a folder can be given to. */
export const ownerReader: Reader<Owner> = object<Owner>({
  uid: required(integer({ min: 0, max: maxId, what: 'a user id' })),
  gid: required(integer({ min: 0, max: maxId, what: 'a group id' })),
} satisfies Options<Owner>);

// Not through a symbolic link: whoever owns the folder above may remove what was made there and put one in its place.
const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

const permissions = 0o777;
const onlyOwner = 0o700;
const ownerAndGroup = 0o770;

/** A folder that was just made, held open: what is done to it is done to no other one. */
export class NewFolder implements Disposable {
  /** Its name in the folder above. */
  readonly name: string;
  /** What is in it. */
  readonly inside: Folder;
  readonly #above: Folder;
  readonly #descriptor: number;

  private constructor(above: Folder, name: string) {
    this.#above = above;
    this.name = name;
    this.#descriptor = openSync(above.at(name), flags);
    this.inside = Folder.of(join(above.path, name), this.#descriptor);
  }

  /**
   * Makes it, with mode 0700.
   *
   * @param above - stays open for as long as this one is in use
   * @param prefix - what its name begins with; six characters follow (`mkdtemp(3)`)
   * @throws Error of the system: ELOOP or ENOTDIR where somebody else has put something else under its name meanwhile
   */
  static make(above: Folder, prefix: string): NewFolder {
    const made = new NewFolder(above, basename(mkdtempSync(above.at(prefix))));
    try {
      made.#requireUntouched();
      return made;
    } catch (error) {
      made.inside.close();
      throw error;
    }
  }

  /**
   * Lets others in.
   *
   * @param mode - permissions; what others can have put there meanwhile stays as it is
   * @throws Error as for {@link shareWith}
   */
  openTo(mode: number): void {
    this.#requireShareable();
    fchmodSync(this.#descriptor, mode);
  }

  /**
   * Gives it away. One that others can have put there meanwhile, or put something into, stays whose it is.
   *
   * @throws Error of the system: EPERM where that is not allowed; or one that says what is there; SandboxError
   *   `invalid-policy` for an owner that is none
   */
  giveTo(owner: Owner): void {
    const { uid, gid } = ownerReader.read(owner, documentPlace('owner'));
    this.#requireUntouched();
    fchownSync(this.#descriptor, uid, gid);
  }

  /**
   * Keeps it, and lets a group in. Same as for {@link giveTo} where others can have put something there meanwhile.
   *
   * @param gid - a group that only those are in who may change what is in it
   * @throws Error of the system: EPERM where that is not allowed; or one that says what is there; SandboxError
   *   `untrusted-path` where the folder above has a default ACL, which would let in others than the group
   */
  shareWith(gid: number): void {
    this.#requireShareable();
    fchownSync(this.#descriptor, effectiveUser() ?? 0, gid);
    fchmodSync(this.#descriptor, ownerAndGroup);
  }

  /**
   * Takes it back from whom it was given to, who may be in it still.
   *
   * @throws Error of the system
   */
  takeBack(): void {
    const [uid, gid] = [effectiveUser(), process.getegid?.()];
    if (uid !== undefined && gid !== undefined) fchownSync(this.#descriptor, uid, gid);
  }

  /**
   * Removes it and all that is in it.
   *
   * @throws Error of the system
   */
  removeAll(): void {
    this.#above.removeAll(this.name);
  }

  /**
   * Removes all that is in this very folder, whatever its name stands for by now. Who is in it still could go on to fill it:
   * {@link takeBack} comes first.
   *
   * @throws Error of the system
   */
  empty(): void {
    for (const name of this.inside.names()) this.inside.removeAll(name);
  }

  /**
   * Removes its name.
   *
   * @throws Error of the system: ENOTDIR or ENOTEMPTY where it doesn't stand for an empty folder by now
   */
  remove(): void {
    rmdirSync(this.#above.at(this.name));
  }

  /** Lets go of it; it stays where it is. */
  [Symbol.dispose](): void {
    this.inside.close();
  }

  /** Its mode says who may do what with it, and it is the one that was made. */
  #requireShareable(): void {
    this.#requireUntouched();
    requireNoDefaultAcl(this.inside, this.#above.path);
  }

  /** Whoever can rename in the folder above could put an older one of ours there: hardly one that is closed and empty. */
  #requireUntouched(): void {
    const { uid, mode } = fstatSync(this.#descriptor);
    const isEmpty = this.inside.names().length === 0;
    if (uid === effectiveUser() && (mode & permissions) === onlyOwner && isEmpty) return;
    const is = isEmpty ? `of uid ${uid} with mode ${(mode & permissions).toString(8)}` : 'not empty';
    throw new Error(`what was made there is ${is}`);
  }
}

import { constants, fchmodSync, fchownSync, fstatSync, mkdtempSync, rmdirSync } from 'node:fs';
import { basename, join } from 'node:path';

import { integer, object, type Options, type Reader, required } from '@sb/core/document';

import { requireNoDefaultAcl } from './default-acl.js';
import { documentPlace } from './errors.js';
import { Folder } from './folder.js';
import { effectiveUser } from './own-user.js';

/** The new owner of a directory. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

/** The largest id; 2³²−1 means "leave unchanged" to the kernel (chown(2)), which would give away less than intended. */
const maxId = 0xffff_fffe;

/** The possible owners of a directory. */
export const ownerReader: Reader<Owner> = object<Owner>({
  uid: required(integer({ min: 0, max: maxId, what: 'a user id' })),
  gid: required(integer({ min: 0, max: maxId, what: 'a group id' })),
} satisfies Options<Owner>);

// Does not follow a symbolic link: the owner of the directory above may replace the new directory with one.
const flags = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

const permissions = 0o777;
const onlyOwner = 0o700;
const ownerAndGroup = 0o770;

/** A new directory, held open: every operation applies to exactly this directory. */
export class NewFolder implements Disposable {
  /** Its name in the directory above. */
  readonly name: string;
  /** Its content. */
  readonly inside: Folder;
  readonly #above: Folder;
  readonly #descriptor: number;

  private constructor(above: Folder, name: string) {
    this.#above = above;
    this.name = name;
    this.#descriptor = above.openOld(name, flags);
    this.inside = Folder.of(join(above.path, name), this.#descriptor);
  }

  /**
   * Creates it, with mode 0700.
   *
   * @param above - stays open for as long as this one is in use
   * @param prefix - the start of its name; six characters follow (`mkdtemp(3)`)
   * @throws Error of the system: ELOOP or ENOTDIR if another process has meanwhile put something else under its name
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
   * Gives other users access.
   *
   * @param mode - its permissions; if other users can have replaced it meanwhile, it stays unchanged
   * @throws the errors of {@link shareWith}
   */
  openTo(mode: number): void {
    this.#requireShareable();
    fchmodSync(this.#descriptor, mode);
  }

  /**
   * Gives it to another user. If other users can have replaced it or put something into it meanwhile, its owner stays.
   *
   * @throws Error of the system: EPERM if that is not permitted; or an error that describes the replacement;
   *   SandboxError `invalid-policy` for an invalid owner
   */
  giveTo(owner: Owner): void {
    const { uid, gid } = ownerReader.read(owner, documentPlace('owner'));
    this.#requireUntouched();
    fchownSync(this.#descriptor, uid, gid);
  }

  /**
   * Keeps it, and gives a group access. If other users can have replaced it meanwhile, it does the same as
   * {@link giveTo}.
   *
   * @param gid - a group whose members may all change its content
   * @throws Error of the system: EPERM if that is not permitted; or an error that describes the replacement.
   *   SandboxError `untrusted-path` if the directory above has a default ACL, which would give access to users outside
   *   the group
   */
  shareWith(gid: number): void {
    this.#requireShareable();
    fchownSync(this.#descriptor, effectiveUser() ?? 0, gid);
    fchmodSync(this.#descriptor, ownerAndGroup);
  }

  /**
   * Takes it back from the user it was given to, whose processes may still be in it.
   *
   * @throws Error of the system
   */
  takeBack(): void {
    const [uid, gid] = [effectiveUser(), process.getegid?.()];
    if (uid !== undefined && gid !== undefined) fchownSync(this.#descriptor, uid, gid);
  }

  /**
   * Removes it and all its content.
   *
   * @throws Error of the system
   */
  removeAll(): void {
    this.#above.removeAll(this.name);
  }

  /**
   * Removes all content of exactly this directory, even if its name leads elsewhere by now. A process inside could
   * continue to fill it, so call {@link takeBack} first.
   *
   * @throws Error of the system
   */
  empty(): void {
    for (const name of this.inside.names()) this.inside.removeAll(name);
  }

  /**
   * Removes its name.
   *
   * @throws Error of the system: ENOTDIR or ENOTEMPTY if it does not lead to an empty directory by now
   */
  remove(): void {
    rmdirSync(this.#above.at(this.name));
  }

  /** Closes it; it stays where it is. */
  [Symbol.dispose](): void {
    this.inside.close();
  }

  /** Its mode decides about access, and it is the directory that was created. */
  #requireShareable(): void {
    this.#requireUntouched();
    requireNoDefaultAcl(this.inside, this.#above.path);
  }

  /**
   * A user who can rename entries of the directory above could put an older directory of this process there, but hardly
   * a private and empty one.
   */
  #requireUntouched(): void {
    const { uid, mode } = fstatSync(this.#descriptor);
    const isEmpty = this.inside.names().length === 0;
    if (uid === effectiveUser() && (mode & permissions) === onlyOwner && isEmpty) return;
    const is = isEmpty ? `of uid ${uid} with mode ${(mode & permissions).toString(8)}` : 'not empty';
    throw new Error(`the new directory was replaced or changed: it is ${is}`);
  }
}

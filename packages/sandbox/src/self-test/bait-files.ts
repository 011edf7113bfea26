import { closeSync, fchownSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { errorCode, isSandboxError } from '@sb/core';
import { effectiveUser, Folder, NewFolder, type Owner } from '@sb/files';

import { sandboxError } from '../errors.js';

/** How often removing is tried: a process of the user may continue to write to the user's files. */
const removals = 20;

/**
 * Files that the sandbox's user may use, so that only a sandbox can deny it. No other user may change any of them. They
 * are in a directory that only this process's user writes to, below directories that no other user can rename. What the
 * user is to change, it may change by its group.
 */
export class BaitFiles implements Disposable {
  /** Owned by this process's user, mode 0755. */
  readonly folder: string;
  /**
   * A file of this process's user that the sandbox's user may read and write by its group. Since it is not the owner,
   * it cannot lease the file (fcntl(2)).
   */
  readonly file: string;
  /** A program of this process's user, which all may execute. */
  readonly program: string;
  /**
   * Names that do not exist yet, in a directory of this process's user that the sandbox's user may write by its group.
   */
  readonly made: string;
  readonly link: string;
  /** The directory, held open: a name in it leads to what was put there, even if its path changes. */
  readonly descriptor: number;
  readonly #temporary: Folder;
  readonly #outer: NewFolder;
  #given: NewFolder | undefined;

  /**
   * Creates them in the temporary directory.
   *
   * @param program - the bytes of a static program
   * @param user - the sandbox's; undefined if it is that of this process
   * @throws SandboxError `untrusted-path` if another user could replace a name there; `syscall-failed` if nothing can
   *   be created there
   */
  constructor(program: Uint8Array, user: Owner | undefined) {
    // With the dot the directory itself is checked too, like each in which a name is looked up.
    this.#temporary = attempt('cannot be used', () => Folder.open(`${resolve(tmpdir())}/.`));
    try {
      this.#outer = attempt('does not allow a new directory', () => NewFolder.make(this.#temporary, 'sb-self-test-'));
      this.descriptor = attempt('cannot be used', () => this.#outer.inside.reopen());
    } catch (error) {
      this.#temporary.close();
      throw error;
    }
    this.folder = this.#outer.inside.path;
    const at = (...names: readonly string[]): string => join(this.folder, ...names);
    [this.file, this.program] = [at('file'), at('program')];
    try {
      const given = attempt('does not allow new files', () => this.#fill(program, user));
      [this.made, this.link] = [at(given.name, 'made'), at(given.name, 'link')];
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** From its first line on others may search the directory, and only this process may write to it. */
  #fill(program: Uint8Array, user: Owner | undefined): NewFolder {
    this.#outer.openTo(0o755);
    put(this.#outer.inside, { name: 'program', mode: 0o755, bytes: program });
    put(this.#outer.inside, { name: 'file', mode: 0o660, group: user?.gid });
    this.#given = NewFolder.make(this.#outer.inside, 'given-');
    const given = this.#given;
    // By its group: as its owner, the user could change its mode between a control and an attempt.
    giveTo(user && ownerOf(user.gid), (owner) => given.giveTo(owner));
    given.openTo(0o770);
    return given;
  }

  /** Removes what the user has made. */
  clear(): void {
    attempt('cannot be cleared', () => {
      for (const name of this.#given?.inside.names() ?? []) removeAll(() => this.#given?.inside.removeAll(name));
    });
  }

  /** Removes all of it. */
  [Symbol.dispose](): void {
    try {
      attempt('cannot be cleared', () => {
        this.#takeBack();
        removeAll(() => this.#outer.removeAll());
      });
    } finally {
      closeSync(this.descriptor);
      this.#given?.[Symbol.dispose]();
      this.#outer[Symbol.dispose]();
      this.#temporary.close();
    }
  }

  /** After this, no process of the sandbox's user, which may be another one than this process's, can add files. */
  #takeBack(): void {
    giveTo(ownerOf(process.getegid?.()), () => this.#given?.takeBack());
  }
}

interface NewFile {
  readonly name: string;
  readonly mode: number;
  readonly bytes?: Uint8Array;
  readonly group?: number | undefined;
}

function put(folder: Folder, { name, mode, bytes = new Uint8Array(), group }: NewFile): void {
  const descriptor = folder.create(name, mode);
  try {
    for (let rest = bytes; rest.length > 0;) rest = rest.subarray(writeSync(descriptor, rest));
    const owner = group === undefined ? undefined : ownerOf(group);
    giveTo(owner, ({ uid, gid }) => fchownSync(descriptor, uid, gid));
  } finally {
    closeSync(descriptor);
  }
}

/** This process's user, with a group. */
function ownerOf(gid: number | undefined): Owner | undefined {
  const uid = effectiveUser();
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

/** Without CAP_CHOWN it keeps its owner: the user cannot use it without the sandbox either, and the result says so. */
function giveTo(user: Owner | undefined, give: (user: Owner) => void): void {
  if (user === undefined) return;
  try {
    give(user);
  } catch (error) {
    if (errorCode(error) !== 'EPERM') throw error;
  }
}

function removeAll(remove: () => void): void {
  for (let tries = 1; ; tries++) {
    try {
      remove();
      return;
    } catch (error) {
      if (errorCode(error) !== 'ENOTEMPTY' || tries === removals) throw error;
    }
  }
}

function attempt<T>(what: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (isSandboxError(error)) throw error;
    const errno = errorCode(error);
    throw sandboxError('syscall-failed', 'self-test', {
      what: `the temporary directory ${tmpdir()} ${what}: ${errno ?? String(error)}`,
      hint: 'Set TMPDIR to another directory, which the user of the sandbox may search.',
      errno,
      cause: error,
    });
  }
}

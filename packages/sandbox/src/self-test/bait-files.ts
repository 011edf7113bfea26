import { closeSync, fchownSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';

import { errorCode, isSandboxError } from '@sb/core';
import { effectiveUser, Folder, NewFolder, type Owner } from '@sb/files';

import { sandboxError } from '../errors.js';

/** How often removing is tried: a process of the user's may go on writing in what the user has made. */
const removals = 20;

/**
 * Files that the sandbox's user may use, so that only a sandbox can forbid it. Nobody else may change any of them: they
 * lie in a folder of ours that only we write in, below folders that only we can rename. What the user is to change it may
 * change by its group.
 */
export class BaitFiles implements Disposable {
  /** Of ours, mode 0755. */
  readonly folder: string;
  /** A file of ours that the user may read and write, by its group: not being its owner, it can't lease it (fcntl(2)). */
  readonly file: string;
  /** A program of ours, which all may execute. */
  readonly program: string;
  /** Names that do not exist yet, in a folder of ours that the user may write in, by its group. */
  readonly made: string;
  readonly link: string;
  /** The folder, held open: a name in it stands for what was put there, whatever becomes of its path. */
  readonly descriptor: number;
  readonly #temporary: Folder;
  readonly #outer: NewFolder;
  #given: NewFolder | undefined;

  /**
   * Lays them out in the temporary folder.
   *
   * @param program - the bytes of a static program
   * @param user - the sandbox's; undefined where that is ours
   * @throws SandboxError `untrusted-path` where somebody else could turn a name there into another one;
   *   `syscall-failed` where nothing can be made there
   */
  constructor(program: Uint8Array, user: Owner | undefined) {
    // With the dot the folder itself is looked at too, as each is that a name is looked up in.
    this.#temporary = attempt("can't be used", () => Folder.open(`${resolve(tmpdir())}/.`));
    try {
      this.#outer = attempt('takes no folder', () => NewFolder.make(this.#temporary, 'sb-self-test-'));
      this.descriptor = attempt("can't be used", () => this.#outer.inside.reopen());
    } catch (error) {
      this.#temporary.close();
      throw error;
    }
    this.folder = this.#outer.inside.path;
    const at = (...names: readonly string[]): string => join(this.folder, ...names);
    [this.file, this.program] = [at('file'), at('program')];
    try {
      const given = attempt('takes no bait', () => this.#fill(program, user));
      [this.made, this.link] = [at(given.name, 'made'), at(given.name, 'link')];
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  /** From its first line on others may pass through, and only we may write. */
  #fill(program: Uint8Array, user: Owner | undefined): NewFolder {
    this.#outer.openTo(0o755);
    put(this.#outer.inside, { name: 'program', mode: 0o755, bytes: program });
    put(this.#outer.inside, { name: 'file', mode: 0o660, group: user?.gid });
    this.#given = NewFolder.make(this.#outer.inside, 'given-');
    const given = this.#given;
    // By its group: its owner could change its mode between a control and an attempt.
    giveTo(user && ownerOf(user.gid), (owner) => given.giveTo(owner));
    given.openTo(0o770);
    return given;
  }

  /** Removes what the user has made. */
  clear(): void {
    attempt("can't be cleared", () => {
      for (const name of this.#given?.inside.names() ?? []) removeAll(() => this.#given?.inside.removeAll(name));
    });
  }

  /** Removes all of it. */
  [Symbol.dispose](): void {
    try {
      attempt("can't be cleared", () => {
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

  /** A process of the user's, which may be another one than ours, puts nothing into it any more. */
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

/** Us, with a group. */
function ownerOf(gid: number | undefined): Owner | undefined {
  const uid = effectiveUser();
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

/** Without CAP_CHOWN it stays ours: the user can't use it without the sandbox either, and the result says so. */
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
      what: `the temporary folder ${tmpdir()} ${what}: ${errno ?? String(error)}`,
      hint: 'Point TMPDIR to another folder, which the user of the sandbox can pass through.',
      errno,
      cause: error,
    });
  }
}

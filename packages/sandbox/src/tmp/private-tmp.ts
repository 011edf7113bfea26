import { closeSync, writeSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { clockNow, errorCode, isSandboxError, lateOs } from '@sb/core';
import { effectiveUser, Folder, NewFolder } from '@sb/files';

import { sandboxError } from '../errors.js';
import type { TmpKind } from '../policy/options.js';
import { shareFile } from '../system/file-lock.js';
import { lockName, namePrefix, removeIfAbandoned, soon, sweep, timeShare } from './abandoned.js';

/** Who is to own a private directory. */
export interface TmpOwner {
  readonly uid: number;
  readonly gid: number;
  /** Whether no process has that group but those of the sandbox. */
  readonly isPrivate: boolean;
}

/** What is made. */
export interface TmpWish {
  readonly kind: TmpKind;
  /** Whether a home directory lies beside it. */
  readonly home: boolean;
}

/** Others may pass through, and see no name. */
const passable = 0o711;
const passableForGroup = 0o710;
const onlyOwner = 0o600;

/** Milliseconds until the next look whether a descendant still holds it. They double each time, up to a minute. */
const firstPause = 100;
const longestPause = 60_000;

/**
 * A temporary directory of one process and its descendants: `NAME/tmp-…`, and `NAME/home-…` beside it.
 *
 * The directory above them belongs to this user: nobody else can rename or replace them there. It contains a file, and each
 * of the processes holds a part of its lock, by a descriptor that each inherits. If no process holds it, the directory is
 * abandoned. {@link release} removes it, or the process that makes the next one.
 */
export class PrivateTmp {
  /** Absolute, for TMPDIR. */
  readonly path: string;
  /** Absolute, for HOME, where one was wished for. */
  readonly home: string | undefined;
  /** The descriptor that the child inherits, open for reading a file that it can't open itself; close-on-exec. */
  readonly lock: number;
  readonly #base: string;
  readonly #name: string;
  #isReleased = false;

  private constructor(base: string, made: Made) {
    this.#base = base;
    this.#name = made.name;
    [this.path, this.home] = [made.tmp, made.home];
    this.lock = made.lock;
  }

  /**
   * Makes one, in the temporary directory (`TMPDIR`) or in memory (`/dev/shm`), and removes abandoned ones there.
   *
   * @param wish - what is made
   * @param owner - who is to own it; undefined if the user of this process is
   * @throws SandboxError `untrusted-path` of `files` if root is asked to use a directory in which another user could
   *   rename what is made there; `syscall-failed` if nothing can be made in it
   */
  static make(wish: TmpWish, owner: TmpOwner | undefined): PrivateTmp {
    const path = wish.kind === 'memory' ? '/dev/shm' : resolve(lateOs().tmpdir());
    return attempt(path, () => {
      // With the dot the folder itself is looked at too, as each is that a name is looked up in.
      using base = Folder.open(`${path}/.`);
      sweep(base);
      return new PrivateTmp(path, fill(base, wish, owner));
    });
  }

  /**
   * Gives up our own part in it, once the child has ended or could not be started: that may have closed its own. Removes it
   * once no process has a part in it; what is left when this process ends is the next start's. Never throws.
   */
  release(): void {
    if (this.#isReleased) return;
    this.#isReleased = true;
    closeSync(this.lock);
    this.#look(firstPause);
  }

  #look(pause: number): void {
    // Most go with the first look; who still fills it then keeps nobody for long.
    const isFirst = pause === firstPause;
    const hasLooked = timeShare.pause === 0;
    if (hasLooked && timeShare.spend(() => this.#isGone(isFirst ? undefined : soon()))) {
      unremoved.delete(this.#lookLast);
      return;
    }
    if (!isExpectingExit) process.once('exit', lookLast);
    isExpectingExit = true;
    unremoved.add(this.#lookLast);
    // One that found no time for its look goes before those that have had theirs.
    const [next, then] = hasLooked ? [Math.max(pause, timeShare.pause), pause * 2] : [timeShare.pause, pause];
    setTimeout(() => this.#look(Math.min(then, longestPause)), next).unref();
  }

  /** For {@link unremoved}. */
  readonly #lookLast = (until: number): void => {
    if (clockNow() < until) this.#isGone(until);
  };

  #isGone(until: number | undefined): boolean {
    try {
      using base = Folder.open(`${this.#base}/.`);
      return removeIfAbandoned(base, this.#name, until);
    } catch {
      // A process of the same user may be writing into it; there is nobody to tell, and the next start tries again.
      return false;
    }
  }
}

/** The last look at each directory that is still there, when this process ends: half a second for all of them. */
const unremoved = new Set<(until: number) => void>();
let isExpectingExit = false;

function lookLast(): void {
  const until = soon();
  for (const look of unremoved) look(until);
}

interface Made {
  readonly name: string;
  readonly tmp: string;
  readonly home: string | undefined;
  readonly lock: number;
}

function fill(base: Folder, { home }: TmpWish, owner: TmpOwner | undefined): Made {
  using outer = NewFolder.make(base, namePrefix);
  let lock: number | undefined;
  try {
    letThrough(outer, owner);
    lock = lockIn(outer.inside);
    return {
      name: outer.name,
      tmp: folderIn(outer.inside, 'tmp-', owner),
      home: home ? folderIn(outer.inside, 'home-', owner) : undefined,
      lock,
    };
  } catch (error) {
    if (lock !== undefined) closeSync(lock);
    outer.removeAll();
    throw error;
  }
}

/** The owner may pass through; where nobody else has its group, nobody else may. */
function letThrough(outer: NewFolder, owner: TmpOwner | undefined): void {
  if (owner === undefined) return;
  if (owner.isPrivate) outer.giveTo({ uid: effectiveUser() ?? 0, gid: owner.gid });
  outer.openTo(owner.isPrivate ? passableForGroup : passable);
}

/** Locked before it has a content, by which others know that it is. */
function lockIn(inside: Folder): number {
  const made = inside.create(lockName, onlyOwner);
  try {
    const lock = inside.openFile(lockName);
    const errno = shareFile(lock);
    if (errno === undefined) {
      writeSync(made, 'x');
      return lock;
    }
    closeSync(lock);
    throw Object.assign(new Error(`locking it failed: ${errno}`), { code: errno });
  } finally {
    closeSync(made);
  }
}

function folderIn(inside: Folder, prefix: string, owner: TmpOwner | undefined): string {
  using made = NewFolder.make(inside, prefix);
  if (owner !== undefined) made.giveTo({ uid: owner.uid, gid: owner.gid });
  return join(inside.path, made.name);
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    if (isSandboxError(error)) throw error;
    const errno = errorCode(error);
    throw sandboxError('syscall-failed', 'tmp', {
      what: `cannot make a private directory in ${path}: ${errno ?? String(error)}`,
      hint: 'Set TMPDIR to a directory of a local file system in which this user may make directories, or leave tmp out. The target was not run.',
      errno,
      cause: error,
    });
  }
}

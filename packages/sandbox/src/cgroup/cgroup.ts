import { closeSync, constants } from 'node:fs';
import { join } from 'node:path';

import { errorCode, lateCrypto, readKernelFile } from '@sb/core';
import { Folder, FoundFolder } from '@sb/files';

import { tryLockFile } from '../system/file-lock.js';
import type { CgroupLimits } from '../policy/cgroup.js';
import { isRemoved, namePrefixes, sweep } from './abandoned.js';
import { countIn, readIn, wordsIn, writeIn, writeWord } from './files.js';
import { cgroupOf } from './mounts.js';
import { isSet, type Setting, settingsOf } from './settings.js';

/** What a start gets. */
export interface CgroupWish {
  /** The directory in which it is made, from `cgroupSupport`; and its name in `/proc/PID/cgroup`. */
  readonly place: string;
  readonly name: string;
  readonly limits: CgroupLimits;
  /** Whether everything in it ends with the program: the kernel must have cgroup.kill. */
  readonly ends: boolean;
  /** Whether the program may outlive this process. */
  readonly stays: boolean;
}

/** How often the kernel says that a limit was reached. */
export interface CgroupEvents {
  /** Whether the limit for memory ended processes. */
  readonly isOutOfMemory: boolean;
  /** How many processes and threads could not be made. */
  readonly refusedPids: number;
}

const onlyOwner = 0o700;
const randomLength = 6;

/** Another start may remove it before it is locked. */
const mostTries = 10;

/** Milliseconds until the next attempt to remove it; twice as many each time. */
const firstPause = 1;
const longestPause = 60_000;
/** While it is shorter, this process stays for it: what was killed is gone soon. */
const longestWait = 500;

/**
 * A cgroup of one start. The directory belongs to this user and has mode 0700. A lock on one of its files shows that
 * this process exists. Without it the next start ends what is in it, and removes it.
 */
export class Cgroup {
  /** Absolute. */
  readonly path: string;
  /** For the launcher: cgroup.procs, and cgroup.kill if there is one; close-on-exec. */
  readonly procs: number;
  readonly kill: number | undefined;
  readonly #above: Folder;
  readonly #found: FoundFolder;
  readonly #file: string;
  readonly #lock: number;
  readonly #settings: readonly Setting[];
  readonly #wish: CgroupWish;
  #isEnded = false;

  private constructor(above: Folder, { found, file, lock }: Made, wish: CgroupWish) {
    this.path = found.inside.path;
    this.#above = above;
    this.#found = found;
    this.#file = file;
    this.#lock = lock;
    this.#wish = wish;
    this.#settings = settingsOf(wish.limits);
    this.procs = found.inside.openFile('cgroup.procs', constants.O_WRONLY);
    this.kill = openKill(found.inside);
  }

  /**
   * Makes one, and removes abandoned ones beside it.
   *
   * @throws Error of the system; SandboxError of `files`
   */
  static make(wish: CgroupWish): Cgroup {
    const cgroup = Cgroup.#opened(wish);
    try {
      cgroup.#set();
      return cgroup;
    } catch (error) {
      cgroup.end();
      throw error;
    }
  }

  static #opened(wish: CgroupWish): Cgroup {
    const above = Folder.open(wish.place);
    try {
      sweep(above);
      enable(above, Object.keys(wish.limits));
      return new Cgroup(above, makeIn(above, wish.stays || !wish.ends ? namePrefixes.stays : namePrefixes.ends), wish);
    } catch (error) {
      above.close();
      throw error;
    }
  }

  /**
   * Reads back whether a process is in it, and its limits.
   *
   * @returns what differs; empty if nothing does
   * @throws Error of the system
   */
  differences(pid: number): readonly string[] {
    const wanted = join(this.#wish.name, this.#file);
    const present = cgroupOf(readKernelFile(`/proc/${pid}/cgroup`)) ?? '';
    return [
      ...(present === wanted || present.startsWith(`${wanted}/`) ? [] : ['cgroup']),
      ...this.#settings.filter((one) => !isSet(one, readIn(this.#found.inside, one.file))).map(({ file }) => file),
    ];
  }

  /** What the kernel has counted. Call it before {@link end}. */
  events(): CgroupEvents {
    const { inside } = this.#found;
    return {
      // Another limit, or that of the machine, may have ended a process: then this one was not reached.
      isOutOfMemory: countIn(inside, 'memory.events', 'oom') > 0 && countIn(inside, 'memory.events', 'oom_kill') > 0,
      refusedPids: countIn(inside, 'pids.events', 'max'),
    };
  }

  /** After the end of the program: ends what is left, if that was wished for, and removes it. Never throws. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#endAll();
    closeSync(this.procs);
    this.#remove(firstPause);
  }

  #set(): void {
    for (const { file, value, isOptional = false } of this.#settings) {
      try {
        writeIn(this.#found.inside, file, value);
      } catch (error) {
        if (!(isOptional && errorCode(error) === 'ENOENT')) throw error;
      }
    }
  }

  #endAll(): void {
    if (!this.#wish.ends || this.kill === undefined) return;
    try {
      writeWord(this.kill, '1');
    } catch (error) {
      // It is gone already (ENODEV).
      if (errorCode(error) === undefined) throw error;
    }
  }

  #remove(pause: number): void {
    if (isRemoved(this.#above, this.#file)) {
      this.#close();
      return;
    }
    const timer = setTimeout(() => this.#remove(Math.min(2 * pause, longestPause)), pause);
    if (!this.#wish.ends || pause > longestWait) timer.unref();
  }

  #close(): void {
    if (this.kill !== undefined) closeSync(this.kill);
    closeSync(this.#lock);
    this.#found[Symbol.dispose]();
    this.#above.close();
  }
}

/** The controllers that a limit needs (cgroup.subtree_control). */
function enable(above: Folder, names: readonly string[]): void {
  const enabled = wordsIn(above, 'cgroup.subtree_control');
  const missing = names.filter((name) => !enabled.includes(name));
  if (missing.length > 0) writeIn(above, 'cgroup.subtree_control', missing.map((name) => `+${name}`).join(' '));
}

interface Made {
  readonly found: FoundFolder;
  readonly file: string;
  readonly lock: number;
}

function makeIn(above: Folder, prefix: string): Made {
  for (let tries = 0; tries < mostTries; tries++) {
    const file = `${prefix}${lateCrypto().randomBytes(randomLength).toString('hex')}`;
    above.makeFolder(file, onlyOwner);
    const found = FoundFolder.open(above, file);
    const lock = found && lockIn(found);
    if (found !== undefined && lock !== undefined) return { found, file, lock };
    found?.[Symbol.dispose]();
    isRemoved(above, file);
  }
  throw Object.assign(new Error(`each new cgroup in ${above.path} was removed at once`), { code: 'EAGAIN' });
}

/** A descriptor that holds the lock; undefined if another start has removed it meanwhile, or has its lock. */
function lockIn({ inside }: FoundFolder): number | undefined {
  let descriptor: number | undefined;
  try {
    descriptor = inside.openFile('cgroup.procs', constants.O_RDWR);
    if (tryLockFile(descriptor).state === 'locked' && inside.lookUp('cgroup.procs') !== undefined) return descriptor;
  } catch (error) {
    if (!['ENOENT', 'ENODEV'].includes(errorCode(error) ?? '')) throw error;
  }
  if (descriptor !== undefined) closeSync(descriptor);
  return undefined;
}

function openKill(inside: Folder): number | undefined {
  try {
    return inside.openFile('cgroup.kill', constants.O_WRONLY);
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

import { closeSync, constants, fstatSync, openSync, readlinkSync, statfsSync } from 'node:fs';

import { readKernelLink } from './kernel-file.js';
import { mountIfKnown } from './mount-of.js';
import type { NearDirectories } from './near-directories.js';
import { missingName, openName, placeIn } from './open-name.js';
import { isServedMount } from './served-mount.js';

/** Of Linux; Node has no name for it. Opens what a name stands for without reading it (open(2)). */
const oPath = 0o10_000_000;

/** The number of links that the kernel follows (MAXSYMLINKS, path_resolution(7)). */
const mostLinks = 40;

/** The most names that are looked up for one path: links in each other's targets could make a hundred thousand of them. */
const mostNames = 4096;

/** The number of times that one name is asked while somebody exchanges what it stands for (readlink(2), EINVAL). */
const mostTries = 100;

/** PROC_SUPER_MAGIC */
const procType = 0x9fa0;

/** How {@link holdPath} goes. */
export interface HoldPathOptions {
  /** Whether links are followed; `above`: all but one that has the last name. Default: true */
  readonly follows?: boolean | 'above';
  /** Directories of earlier calls, in which this one may begin. Default: none */
  readonly near?: NearDirectories;
}

/** Something that is held open. */
interface Held {
  readonly descriptor: number;
  /** The kernel's number of its mount; undefined if the kernel does not report it. */
  readonly mount: number | undefined;
  /** Whether it is known to be a directory. */
  readonly isFolder: boolean;
}

/** Where a name leads: to something open, or to the text of a link. */
type Step = Held | { readonly target: string };

/** Errors of {@link holdPath} that the kernel would not have made. */
const refusals = new WeakSet<object>();

/** Whether {@link holdPath} has refused a path that another user could have made wait for ever. */
export function isRefusedPath(error: unknown): boolean {
  return typeof error === 'object' && error !== null && refusals.has(error);
}

/**
 * Opens what a path leads to, name by name. Each directory is held open, and a link is read as text.
 *
 * The kernel alone would also follow a link of /proc to the root directory of another process. A file system that was mounted there
 * may never answer, and nothing ends a process of root that waits for it. So a link to what another process has is refused. So
 * is a file system that an ordinary user serves to root (FUSE): opening with O_PATH does not ask its server.
 *
 * @param path - text or bytes. A relative path starts in the working directory
 * @returns a descriptor with O_PATH
 * @throws Error of the system: ELOOP also for a link to what another process has, and for links that lead through 4,096 names.
 *   EACCES also for what an ordinary user serves ({@link isRefusedPath})
 * @see path_resolution(7), proc_pid_root(5), fuse(4)
 */
export function holdPath(path: Buffer | string, options: HoldPathOptions = {}): number {
  const bytes = Buffer.from(path).toString('latin1');
  if (bytes === '') throw failure('ENOENT');
  return new Walk(bytes, options).toEnd();
}

/** A walk along one path. What it has come to is held open. */
class Walk {
  readonly #path: string;
  readonly #options: HoldPathOptions;
  /** The next name comes last. */
  readonly #todo: string[];
  #held: Held;
  /** Whether the held one is a near directory, which is closed elsewhere. */
  #isKept: boolean;
  #links = 0;
  #names = 0;
  /** Where the next name is looked for in the path, as long as no link was followed. */
  #at: number;

  constructor(path: string, options: HoldPathOptions) {
    const start = options.near?.nearest(path);
    this.#path = path;
    this.#at = start === undefined ? 0 : path.length - start.rest.length;
    this.#options = options;
    this.#todo = namesOf(start?.rest ?? path).toReversed();
    this.#isKept = start !== undefined;
    this.#held = start === undefined ? heldAt(path.startsWith('/') ? '/' : '.') : heldNow(start.descriptor, true);
  }

  toEnd(): number {
    try {
      for (let name = this.#todo.pop(); name !== undefined; name = this.#todo.pop()) this.#goTo(name);
      // A link to "." ends where it began. What is kept is closed elsewhere, so the caller gets another descriptor.
      if (this.#isKept) this.#enter(heldAt(`/proc/self/fd/${this.#held.descriptor}`));
      return this.#held.descriptor;
    } catch (error) {
      this.#leave();
      throw error;
    }
  }

  #goTo(name: string): void {
    if (++this.#names > mostNames) throw failure('ELOOP');
    const isLast = this.#todo.length === 0;
    if (this.#links === 0) this.#keep(name);
    const { follows = true } = this.#options;
    const step = settledStep(this.#held, name, follows === 'above' ? !isLast : follows);
    if ('descriptor' in step) this.#enter(step);
    else this.#follow(step.target);
  }

  #follow(target: string): void {
    if (++this.#links > mostLinks) throw failure('ELOOP');
    this.#todo.push(...namesOf(target).toReversed());
    if (target.startsWith('/')) this.#enter(heldAt('/'));
  }

  /**
   * A directory that is kept already stays under one text: it is closed once. A link is not kept, also if it has taken the place
   * of a directory: later paths would lead nowhere.
   */
  #keep(name: string): void {
    const { near } = this.#options;
    if (near === undefined || name === '.') return;
    // Only `.` and nothing are left out between two names, so this is the next one.
    const begin = this.#path.indexOf(name, this.#at);
    this.#at = begin + name.length;
    if (!this.#isKept && this.#held.isFolder && begin > 0)
      this.#isKept = near.keep(this.#path.slice(0, begin - 1), this.#held.descriptor);
  }

  #enter(next: Held): void {
    this.#leave();
    this.#held = next;
  }

  #leave(): void {
    if (!this.#isKept) closeSync(this.#held.descriptor);
    this.#isKept = false;
  }
}

/** What ends with a slash is a directory. */
function namesOf(path: string): readonly string[] {
  const names = path.split('/').filter((name) => name !== '' && name !== '.');
  return path.endsWith('/') || path.endsWith('/.') ? [...names, '.'] : names;
}

function heldNow(descriptor: number, isFolder: boolean): Held {
  return { descriptor, mount: mountIfKnown(descriptor), isFolder };
}

/** A directory, or what is not known to be one. It is closed if it is not returned. */
function heldAt(path: Buffer | string, isFolder = true): Held {
  const descriptor = openSync(path, isFolder ? oPath | constants.O_DIRECTORY : oPath);
  try {
    return heldNow(descriptor, isFolder);
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

/** Somebody may replace a link between its opening and its reading. Then the name is opened again. */
function settledStep(held: Held, name: string, follows: boolean): Step {
  for (let tries = 1; ; tries++) {
    try {
      return stepTo(held, name, follows);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EINVAL' || tries === mostTries) throw error;
    }
  }
}

function stepTo(held: Held, name: string, follows: boolean): Step {
  const { descriptor, isFolder } = openPlace(held.descriptor, name);
  let isKept = false;
  try {
    // To open with O_PATH asks no server, and then the kernel says which mount that was.
    const next = heldNow(descriptor, isFolder);
    if (next.mount !== undefined && next.mount !== held.mount && isServedMount(next.mount)) throw refused('EACCES');
    isKept = isFolder || !follows || !fstatSync(descriptor).isSymbolicLink();
    if (isKept) return next;
  } finally {
    if (!isKept) closeSync(descriptor);
  }
  return leadsTo(held.descriptor, placeIn(held.descriptor, name));
}

/** Where a link leads. */
function leadsTo(folder: number, place: Buffer): Step {
  // In Deno the bytes are an Uint8Array.
  const target = Buffer.from(readlinkSync(place, { encoding: 'buffer' })).toString('latin1');
  if (statfsSync(`/proc/self/fd/${folder}`).type !== procType) return { target };
  // There, /proc/self and its like are text, and all others stand for files.
  const path = readKernelLink(`/proc/self/fd/${folder}`);
  if (path === '/proc') return { target };
  if (isOfThisProcess(path)) return heldAt(place, false);
  throw refused('ELOOP');
}

/** Whether a directory of /proc has links to what this process has open. Its number is that of the namespace of /proc. */
function isOfThisProcess(folder: string): boolean {
  const own = `/proc/${readKernelLink('/proc/self')}`;
  return folder.startsWith(own) && /^(?:\/task\/\d+)?(?:\/fd)?$/.test(folder.slice(own.length));
}

/** A directory is asked for first: only then is one mounted that waits for its first use (autofs(5)). */
function openPlace(folder: number, name: string): { readonly descriptor: number; readonly isFolder: boolean } {
  const below = openName(folder, name, oPath | constants.O_NOFOLLOW | constants.O_DIRECTORY);
  if (typeof below === 'number') return { descriptor: below, isFolder: true };
  const other = below === 'ENOTDIR' ? openName(folder, name, oPath | constants.O_NOFOLLOW) : below;
  if (typeof other === 'number') return { descriptor: other, isFolder: false };
  throw missingName(other, placeIn(folder, name));
}

const texts = {
  EACCES: 'an ordinary user serves the file system that it lies on (FUSE)',
  ELOOP: 'too many symbolic links, or one to what another process has open',
  ENOENT: 'the path is empty',
} as const;

function failure(code: keyof typeof texts): Error {
  return Object.assign(new Error(`${code}: ${texts[code]}`), { code, syscall: 'open' });
}

function refused(code: 'EACCES' | 'ELOOP'): Error {
  const error = failure(code);
  refusals.add(error);
  return error;
}

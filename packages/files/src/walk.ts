import { type BigIntStats, closeSync, constants, fstatSync, openSync, readlinkSync, type Stats } from 'node:fs';
import { join } from 'node:path';

import { errorCode, missingName, openName, placeIn, type ServingUser } from '@sb/core';
import { callback, object, type Options, type Reader, required } from '@sb/core/document';

import { byteText } from './byte-text.js';
import { documentPlace } from './errors.js';
import { naming } from './named-path.js';
import { oPath } from './o-path.js';
import { servingUserOf, whyServed } from './serving-user.js';
import { mountForRoot, serverBelow } from './unserved.js';

/** The most symbolic links on a path; the kernel's own limit (path_resolution(7)). */
const maxLinks = 40;

/** The most names that are looked up for one path. Links in each other's targets could lead through far more. */
const maxNames = 4096;

/** Something on the way that decides where a path leads, held open: `stats` belong to exactly this one. */
export interface Waypoint {
  readonly path: string;
  readonly stats: Stats;
  /**
   * The ordinary user who serves its file system, and so decides about `stats`; absent if an ordinary user does not
   * serve it.
   */
  readonly servedBy?: ServingUser | undefined;
}

/** A symbolic link, and the directory that contains it. */
interface LinkWaypoint extends Waypoint {
  readonly folder: Stats;
}

/** Checks who decides where a path leads. Each function throws for an untrusted user. */
export interface Judge {
  /** A directory in which a name is looked up. */
  folder(waypoint: Waypoint): void;
  /** A symbolic link that is followed. */
  link(waypoint: LinkWaypoint): void;
  /** Neither of them can be said about a place. */
  refuse(path: string, why: string): never;
}

/** The judge: without a function for links, it would let each pass. */
export const judgeReader: Reader<Judge> = object<Judge>({
  folder: required(callback<Judge['folder']>()),
  link: required(callback<Judge['link']>()),
  refuse: required(callback<Judge['refuse']>()),
} satisfies Options<Judge>);

/**
 * Walks a Linux path as the kernel does, from the root directory. It holds each directory open, so nothing changes
 * after a check. Root asks nothing of a file system that an ordinary user serves to it (FUSE), since it may never answer.
 *
 * @param path - absolute
 * @param judge - called before each step
 * @returns a descriptor of what the path leads to, with O_PATH; open it by `/proc/self/fd`
 * @throws Error of the system, or the error of the judge; SandboxError `invalid-policy` for an invalid judge
 */
export function walk(path: string, judge: Judge): number {
  const read = judgeReader.read(judge, documentPlace('judge'));
  // The next name comes last.
  const todo = namesOf(path).toReversed();
  let at = '/';
  let [links, names] = [0, 0];
  let held = openSync('/', oPath);
  let mount: number | undefined;
  // All of a mount has one server.
  let known: { readonly mount: number | undefined; readonly servedBy: ServingUser | undefined } | undefined;
  const enter = (next: number, where: string): void => {
    closeSync(held);
    [held, at] = [next, where];
  };
  try {
    mount = mountForRoot(held);
    for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
      if (++names > maxNames) read.refuse(path, `it leads through more than ${maxNames} names`);
      const folder = fstatSync(held);
      if (known === undefined || mount === undefined || known.mount !== mount)
        known = { mount, servedBy: servingUserOf(held) };
      const { servedBy } = known;
      read.folder({ path: at, stats: folder, servedBy });
      const place = `/proc/self/fd/${held}/${name}`;
      const below = join(at, name);
      const next = { descriptor: naming(place, below, () => openPlace(held, name)), path: below };
      const found = lookAt(next, { path, above: mount, judge: read });
      if (!found.isLink) {
        enter(next.descriptor, next.path);
        mount = found.mount;
        continue;
      }
      const target = readLink({ ...next, place, folder, servedBy }, read);
      if (++links > maxLinks) read.refuse(path, 'its symbolic links lead in a circle');
      if (target.startsWith('/')) {
        enter(openSync('/', oPath), '/');
        mount = mountForRoot(held);
      }
      todo.push(...namesOf(target).toReversed());
    }
    return held;
  } catch (error) {
    closeSync(held);
    throw error;
  }
}

function namesOf(path: string): string[] {
  return path.split('/').filter(Boolean);
}

/**
 * First it is opened as a directory: only then autofs mounts a file system that waits for its first use
 * (`LOOKUP_DIRECTORY`, autofs(5)).
 */
function openPlace(folder: number, name: string): number {
  const bytes = byteText(name);
  const flags = oPath | constants.O_NOFOLLOW;
  const asFolder = openName(folder, bytes, flags | constants.O_DIRECTORY);
  const opened = asFolder === 'ENOTDIR' ? openName(folder, bytes, flags) : asFolder;
  if (typeof opened === 'string') throw missingName(opened, placeIn(folder, bytes));
  return opened;
}

interface Way {
  /** As a whole, for messages. */
  readonly path: string;
  /** The mount of the directory that the name is in. */
  readonly above: number | undefined;
  readonly judge: Judge;
}

/** The mount of a name, and whether it is a link; the name is closed if it must not be asked. */
function lookAt(
  { descriptor, path: below }: { readonly descriptor: number; readonly path: string },
  { path, above, judge }: Way,
): { readonly mount: number | undefined; readonly isLink: boolean } {
  try {
    const mount = mountForRoot(descriptor);
    const server = serverBelow(mount, above);
    if (server !== undefined) judge.refuse(path, `${below === path ? 'it' : below} ${whyServed(server)}`);
    return { mount, isLink: fstatSync(descriptor).isSymbolicLink() };
  } catch (error) {
    closeSync(descriptor);
    throw error;
  }
}

interface LinkAt {
  /** The link itself, held open; closed here. */
  readonly descriptor: number;
  readonly path: string;
  readonly place: string;
  readonly folder: Stats;
  readonly servedBy: ServingUser | undefined;
}

/** Reads a link by its name, which must lead to the held one before and after: renaming it changes its ctime. */
function readLink({ descriptor, path, place, folder, servedBy }: LinkAt, judge: Judge): string {
  const changed = 'a symbolic link on the way changed meanwhile';
  try {
    judge.link({ path, stats: fstatSync(descriptor), folder, servedBy });
    const before = fstatSync(descriptor, { bigint: true });
    const target = readlinkSync(place);
    return isStillAt(place, descriptor, before) ? target : judge.refuse(path, changed);
  } catch (error) {
    if (errorCode(error) === 'EINVAL') judge.refuse(path, changed);
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

/**
 * Whether a name leads to what is held. Its owner can put something there that is a mount point for others: by rename(2), in a
 * mount namespace that does not have this mount. So the name is held as well, and its mount is compared before anything is asked.
 */
function isStillAt(place: string, descriptor: number, before: BigIntStats): boolean {
  const named = openSync(place, oPath | constants.O_NOFOLLOW);
  try {
    if (mountForRoot(named) !== mountForRoot(descriptor)) return false;
    const after = fstatSync(named, { bigint: true });
    return after.dev === before.dev && after.ino === before.ino && after.ctimeNs === before.ctimeNs;
  } finally {
    closeSync(named);
  }
}

import { closeSync, constants, openSync, realpathSync, statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';

import type { ServingUser } from '@sb/core';

import { refusal } from './errors.js';
import { naming } from './named-path.js';
import { whyServed } from './serving-user.js';
import { type Judge, walk } from './walk.js';

const flags = constants.O_RDONLY | constants.O_DIRECTORY;

const sticky = 0o1000;
const writableByGroup = 0o020;
const writableByAll = 0o002;

/**
 * Opens a directory for root whose path no other user can change. Every directory above it, and every link on the way,
 * belongs to root. No such directory is writable for all users or for another group than root's, unless it is sticky.
 *
 * In a sticky directory, other users cannot rename what belongs to root. But they can move a link of root's there from
 * elsewhere, so links in a sticky directory are not followed. Other users cannot move a directory of root's
 * (rename(2)).
 *
 * The directory itself may belong to any user. An access control list shows as the group's rights in the mode of a
 * directory (acl(5)). If the group is root's own, it cannot be distinguished.
 *
 * @param path - absolute
 * @returns a descriptor
 * @throws SandboxError `untrusted-path`; Error of the system
 */
export function openTrusted(path: string): number {
  if (process.platform !== 'linux') return openByPath(path);
  const held = holdTrusted(path);
  try {
    const place = `/proc/self/fd/${held}`;
    return naming(place, path, () => openSync(place, flags));
  } finally {
    closeSync(held);
  }
}

/**
 * As {@link openTrusted}, on Linux alone: with O_PATH, so nothing at the end of the path is asked. What is there may be
 * of any kind.
 */
export function holdTrusted(path: string): number {
  return walk(path, rootDecides);
}

/** Only root decides where the path leads. */
export const rootDecides: Judge = {
  folder({ path, stats, servedBy }) {
    const why = whyOthersRename(stats, servedBy);
    if (why !== undefined) refuse(path, why);
  },
  link({ path, stats: { uid }, folder, servedBy }) {
    if (uid !== 0) refuse(path, `is a symbolic link of uid ${uid}`);
    const why = whyOthersWrite(folder, servedBy);
    if (why !== undefined) refuse(path, `is a symbolic link in a directory that ${why}`);
  },
  refuse(path, why): never {
    const hint = 'Try again, or choose another place.';
    throw refusal('untrusted-path', { path, what: `${path} can't be used: ${why}`, hint });
  },
};

/**
 * Why users other than root may rename entries of a directory with these attributes. What they may move into it is more
 * ({@link whyOthersWrite}).
 *
 * @param servedBy - the user who serves the file system; undefined if only the kernel decides about the attributes
 * @returns a clause about the directory; undefined if they may not
 */
export function whyOthersRename(stats: Stats, servedBy: ServingUser | undefined): string | undefined {
  const isOwn = stats.uid === 0 && (stats.mode & sticky) !== 0;
  return isOwn && servedBy === undefined ? undefined : whyOthersWrite(stats, servedBy);
}

/**
 * Why users other than root may put something into a directory with these attributes, also a file of root's that they
 * move there, and rename their own entries.
 *
 * @param servedBy - the user who serves the file system; undefined if only the kernel decides about the attributes
 * @returns a clause about the directory; undefined if they may not
 */
export function whyOthersWrite({ uid, gid, mode }: Stats, servedBy: ServingUser | undefined): string | undefined {
  if (servedBy !== undefined) return whyServed(servedBy);
  if (uid !== 0) return `belongs to uid ${uid}`;
  if ((mode & writableByAll) !== 0) return 'is writable for all';
  if ((mode & writableByGroup) !== 0 && gid !== 0) return `is writable for the group ${gid}`;
  return undefined;
}

/** Without /proc, each directory above is examined by its path, and changes meanwhile are not noticed. */
function openByPath(path: string): number {
  for (const one of [path, realpathSync(path)]) {
    for (let above = dirname(one), below = one; above !== below; [above, below] = [dirname(above), above]) {
      const stats: Stats = statSync(above);
      rootDecides.folder({ path: above, stats });
    }
  }
  return openSync(path, flags);
}

function refuse(path: string, why: string): never {
  const hint = 'Root uses only paths that no other user can change. Run this as that user, or choose another place.';
  const what = `${path} ${why}, so other users could change where the path leads`;
  throw refusal('untrusted-path', { path, what, hint });
}

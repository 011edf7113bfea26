import { closeSync, constants, openSync, realpathSync, statSync, type Stats } from 'node:fs';
import { dirname } from 'node:path';

import { refusal } from './errors.js';
import { type ServingUser, whyServed } from './serving-user.js';
import { type Judge, walk } from './walk.js';

const flags = constants.O_RDONLY | constants.O_DIRECTORY;

const sticky = 0o1000;
const writableByGroup = 0o020;
const writableByAll = 0o002;

/**
 * Opens a folder for root, whose path nobody else can turn into another one: every folder above it and every link on the
 * way belongs to root, and no folder is open to all or to a group of others, unless it is sticky. In a sticky folder others
 * rename nothing of root's, but they can move a link of root's there from elsewhere, so none is followed that lies in one. A
 * folder of root's nobody else can move (rename(2)). The folder itself may be anyone's. An access control list shows in the mode of a folder as its group's rights (acl(5)); of root's own group it
 * is not told apart.
 *
 * @param path - absolute
 * @returns a descriptor
 * @throws SandboxError `untrusted-path`; Error of the system
 */
export function openTrusted(path: string): number {
  if (process.platform !== 'linux') return openByPath(path);
  const held = walk(path, rootDecides);
  try {
    return openSync(`/proc/self/fd/${held}`, flags);
  } finally {
    closeSync(held);
  }
}

/** Nobody but root decides where the path leads. */
export const rootDecides: Judge = {
  folder({ path, stats, servedBy }) {
    const why = whyOthersRename(stats, servedBy);
    if (why !== undefined) refuse(path, why);
  },
  link({ path, stats: { uid }, folder, servedBy }) {
    if (uid !== 0) refuse(path, `is a symbolic link of uid ${uid}`);
    const why = whyOthersWrite(folder, servedBy);
    if (why !== undefined) refuse(path, `is a symbolic link in a folder that ${why}`);
  },
  refuse(path, why): never {
    const hint = 'Try again, or choose another place.';
    throw refusal('untrusted-path', { path, what: `${path} can't be used: ${why}`, hint });
  },
};

/**
 * Why others than root may give what is in a folder of these other names. What they may move into it is more
 * ({@link whyOthersWrite}).
 *
 * @param servedBy - who says what the folder is like, undefined for nobody but the kernel
 * @returns what is to be said of the folder; undefined where they may not
 */
export function whyOthersRename(stats: Stats, servedBy: ServingUser | undefined): string | undefined {
  const isOwn = stats.uid === 0 && (stats.mode & sticky) !== 0;
  return isOwn && servedBy === undefined ? undefined : whyOthersWrite(stats, servedBy);
}

/**
 * Why others than root may put something into a folder of these, also a file of root's that they move there, and rename
 * what is theirs in it.
 *
 * @param servedBy - who says what the folder is like, undefined for nobody but the kernel
 * @returns what is to be said of the folder; undefined where they may not
 */
export function whyOthersWrite({ uid, gid, mode }: Stats, servedBy: ServingUser | undefined): string | undefined {
  if (servedBy !== undefined) return whyServed(servedBy);
  if (uid !== 0) return `belongs to uid ${uid}`;
  if ((mode & writableByAll) !== 0) return 'is writable for all';
  if ((mode & writableByGroup) !== 0 && gid !== 0) return `is writable for the group ${gid}`;
  return undefined;
}

/** Without /proc each folder above is looked at by its path, and what changes meanwhile is not noticed. */
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
  const hint = 'Root uses only paths that root alone decides; run this as that user, or choose another place.';
  const what = `${path} ${why}, who could turn the path of a file into another one`;
  throw refusal('untrusted-path', { path, what, hint });
}

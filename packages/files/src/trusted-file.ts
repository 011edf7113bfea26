import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';

import type { ServingUser } from '@sb/core';
import { boolean } from '@sb/core/document';

import { documentPlace, refusal } from './errors.js';
import { fromHere } from './from-here.js';
import { naming } from './named-path.js';
import { effectiveUser, isRoot } from './own-user.js';
import { ownDescriptor } from './own-descriptor.js';
import { readToEnd } from './read-to-end.js';
import { servingUserOf, whyServed } from './serving-user.js';
import { rootDecides, whyOthersWrite } from './trusted-path.js';
import { walk, type Waypoint } from './walk.js';

const writableByGroup = 0o020;
const writableByAll = 0o002;

/** The hint in errors of {@link openTrustedFile}. */
const hint =
  'Root reads instructions only from files of root, in directories that only root can write to. Use "chown root" and "chmod go-w", or choose another file.';

/**
 * Opens a file from which root reads instructions. No other user can change where its path leads ({@link openTrusted}),
 * and no other user can have written it, or moved it there from another place. The checked file is the opened file:
 * exchanging the name afterwards has no effect. For an ordinary user, nothing is checked.
 *
 * @param path - a file, or a path such as `/dev/fd/N` for one that the caller has passed
 * @param mayWait - whether to wait for the other end of a pipe; default: only if nothing is checked
 * @returns a descriptor to read from
 * @throws SandboxError `untrusted-path`, `untrusted-file`; Error of the system
 */
export function openTrustedFile(path: string, mayWait?: boolean): number {
  if (mayWait !== undefined) boolean.read(mayWait, documentPlace('mayWait'));
  // An empty path is an error of the system.
  const isJudged = path !== '' && ownDescriptor(path) === undefined && isRoot() && process.platform === 'linux';
  const flags = constants.O_RDONLY | ((mayWait ?? !isJudged) ? 0 : constants.O_NONBLOCK);
  if (!isJudged) return openSync(path, flags);
  let above: Waypoint | undefined;
  const folder = (waypoint: Waypoint): void => {
    rootDecides.folder(waypoint);
    above = waypoint;
  };
  const held = walk(fromHere(path), { ...rootDecides, folder });
  try {
    requireRoots(path, { stats: fstatSync(held), servedBy: servingUserOf(held) }, above);
    // A path with a slash at its end is that of a directory.
    const place = `/proc/self/fd/${held}${path.endsWith('/') ? '/' : ''}`;
    return naming(place, path, () => openSync(place, flags));
  } finally {
    closeSync(held);
  }
}

/**
 * Reads such a file.
 *
 * @param path - as for {@link openTrustedFile}
 * @param maxBytes - bytes that it may have
 * @throws SandboxError `untrusted-path`; `untrusted-file`, also for one that is larger; Error of the system
 */
export function readTrustedFile(path: string, maxBytes: number): Buffer {
  const descriptor = openTrustedFile(path);
  try {
    return readToEnd(descriptor, path, maxBytes);
  } finally {
    closeSync(descriptor);
  }
}

/** The device from which nothing can be read, even if others write to it: number 1:3 (null(4)). */
const nullDevice = 0x103;

/** An open file, and the user who serves its file system. */
interface Held {
  readonly stats: Stats;
  readonly servedBy: ServingUser | undefined;
}

/** @param above - the directory that contains it */
function requireRoots(path: string, { stats, servedBy }: Held, above: Waypoint | undefined): void {
  const { uid, gid, mode } = stats;
  if (stats.isCharacterDevice() && stats.rdev === nullDevice) return;
  const refuse = (why: string): never => {
    throw refusal('untrusted-file', { path, what: `${path} is not read: it ${why}`, hint });
  };
  if (servedBy !== undefined) refuse(whyServed(servedBy));
  if (uid !== 0 && uid !== effectiveUser()) refuse(`belongs to uid ${uid}`);
  if ((mode & writableByAll) !== 0) refuse('is writable for all');
  if ((mode & writableByGroup) !== 0 && gid !== 0) refuse(`is writable for the group ${gid}`);
  // Other users can have moved a file there that root has written elsewhere, for instance a download. A moved directory
  // contains no instructions itself.
  const why = stats.isDirectory() || above === undefined ? undefined : whyOthersWrite(above.stats, above.servedBy);
  if (why !== undefined) refuse(`lies in ${above?.path}, which ${why}`);
}

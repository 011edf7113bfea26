import { closeSync, constants, fstatSync, openSync, type Stats } from 'node:fs';

import { boolean } from '@sb/core/document';

import { documentPlace, refusal } from './errors.js';
import { fromHere } from './from-here.js';
import { effectiveUser, isRoot } from './own-user.js';
import { ownDescriptor } from './own-descriptor.js';
import { readToEnd } from './read-to-end.js';
import { type ServingUser, servingUserOf, whyServed } from './serving-user.js';
import { rootDecides, whyOthersWrite } from './trusted-path.js';
import { walk, type Waypoint } from './walk.js';

const writableByGroup = 0o020;
const writableByAll = 0o002;

/** What is written on top of an error of {@link openTrustedFile}. */
const hint =
  'Root takes orders from files of root alone, in folders that root alone writes to; "chown root" and "chmod go-w" it, or choose another file.';

/**
 * Opens a file that root takes orders from: nobody else decides where its path leads ({@link openTrusted}), and nobody
 * else can have written it, or moved it there from another place. What was looked at is what is open: who exchanges the
 * name afterwards changes nothing. An ordinary user opens what the path leads to.
 *
 * @param path - a file, or `/dev/fd/N` and its like for one that the caller has handed over
 * @param mayWait - whether to wait for the other end of a pipe; default: only where nothing is judged
 * @returns a descriptor to read from
 * @throws SandboxError `untrusted-path`, `untrusted-file`; Error of the system
 */
export function openTrustedFile(path: string, mayWait?: boolean): number {
  if (mayWait !== undefined) boolean.read(mayWait, documentPlace('mayWait'));
  // An empty path is nobody's, and an error of the system.
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
    // With a slash at its end a path is a folder's.
    return openSync(`/proc/self/fd/${held}${path.endsWith('/') ? '/' : ''}`, flags);
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

/** The device that nothing can be read from, whoever writes to it: number 1:3 (null(4)). */
const nullDevice = 0x103;

/** What is open, and who serves the file system that it lies on. */
interface Held {
  readonly stats: Stats;
  readonly servedBy: ServingUser | undefined;
}

/** @param above - the folder that it lies in */
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
  // What root has once written elsewhere, for instance a download, others can have moved there.
  // A folder holds no orders, whoever moved it.
  const why = stats.isDirectory() || above === undefined ? undefined : whyOthersWrite(above.stats, above.servedBy);
  if (why !== undefined) refuse(`lies in ${above?.path}, which ${why}`);
}

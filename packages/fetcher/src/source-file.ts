import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync } from 'node:fs';

import { errorCode } from '@sb/core';

import { FetcherError } from './errors.js';
import { effectiveUser } from './own-user.js';

/** Of Linux; Node has no name for it. Opens what a name stands for without reading it (open(2)). */
const oPath = 0o10_000_000;

/** Symbolic links that may be followed on the way; the kernel's own limit (path_resolution(7)). */
const maxLinks = 40;

/**
 * Opens a file that a `file:` URL names, for a worker whose user may not be allowed to. Whoever may write to a folder
 * on the way could turn the path into that of another one's file, which would then be copied for all to read. So a
 * symbolic link is followed only if it belongs to root, to this process's user, or to the owner of the file that it
 * leads to, as the kernel does it in sticky folders (`protected_symlinks`, proc_sys_fs(5)). Nothing but a regular file
 * is opened.
 *
 * @param path - absolute
 * @returns a descriptor to read from
 * @throws FetcherError `source`; its cause has the errno
 */
export function openSourceFile(path: string): number {
  try {
    return process.platform === 'linux' ? openWalking(path) : openPlain(path);
  } catch (error) {
    if (error instanceof FetcherError) throw error;
    throw new FetcherError('source', `${path} can't be read: ${errorCode(error)}`, {
      host: 'disk',
      path,
      cause: error,
    });
  }
}

function openPlain(path: string): number {
  const descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  return refuse(path, 'it is no regular file');
}

/** Walks the path as the kernel does, holding each folder open, so that nothing changes behind a check. */
function openWalking(path: string): number {
  const owners = new Set<number>();
  let todo = namesOf(path);
  let at = openSync('/', oPath);
  const enter = (next: number): void => {
    closeSync(at);
    at = next;
  };
  try {
    for (let links = 0; todo.length > 0;) {
      const [name = '', ...rest] = todo;
      const place = `/proc/self/fd/${at}/${name}`;
      const next = openSync(place, oPath | constants.O_NOFOLLOW);
      const stats = fstatSync(next);
      todo = rest;
      if (!stats.isSymbolicLink()) {
        enter(next);
        continue;
      }
      const target = readLink({ link: next, place, path });
      owners.add(stats.uid);
      if (++links > maxLinks) refuse(path, 'its symbolic links lead round in a circle');
      if (target.startsWith('/')) enter(openSync('/', oPath));
      todo = [...namesOf(target), ...rest];
    }
    return openHeld(at, path, owners);
  } finally {
    closeSync(at);
  }
}

function namesOf(path: string): string[] {
  return path.split('/').filter(Boolean);
}

interface LinkAt {
  /** The link itself, held open; closed here. */
  readonly link: number;
  readonly place: string;
  readonly path: string;
}

/** Reads a link by its name, which has to stand for the held one before and after: renaming it changes its ctime. */
function readLink({ link, place, path }: LinkAt): string {
  try {
    const before = fstatSync(link, { bigint: true });
    const target = readlinkSync(place);
    const after = lstatSync(place, { bigint: true });
    const isSame = after.dev === before.dev && after.ino === before.ino && after.ctimeNs === before.ctimeNs;
    return isSame ? target : refuse(path, 'a symbolic link on the way changed meanwhile');
  } finally {
    closeSync(link);
  }
}

function openHeld(held: number, path: string, owners: ReadonlySet<number>): number {
  const stats = fstatSync(held);
  const { uid } = stats;
  if (!stats.isFile()) refuse(path, 'it is no regular file');
  const trusted = new Set([0, effectiveUser(), uid]);
  for (const owner of owners) {
    if (!trusted.has(owner)) refuse(path, `a symbolic link of uid ${owner} leads to a file of uid ${uid}`);
  }
  return openSync(`/proc/self/fd/${held}`, constants.O_RDONLY | constants.O_NONBLOCK);
}

function refuse(path: string, why: string): never {
  throw new FetcherError('source', `${path} is not read: ${why}`, { host: 'disk', path });
}

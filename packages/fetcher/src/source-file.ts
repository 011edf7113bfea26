import { closeSync, constants, fstatSync, openSync } from 'node:fs';

import { errorCode } from '@sb/core';
import { effectiveUser, walk } from '@sb/files';

import { FetcherError } from './errors.js';

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

function openWalking(path: string): number {
  const owners = new Set<number>();
  const held = walk(path, {
    folder: () => {},
    link: ({ stats }) => owners.add(stats.uid),
    refuse: (_, why) => refuse(path, why),
  });
  try {
    return openHeld(held, path, owners);
  } finally {
    closeSync(held);
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

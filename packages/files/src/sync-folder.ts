import { fsyncSync } from 'node:fs';

import { errorCode } from '@sb/core';

/** Errors where directories have no fsync(2), as on vboxsf and some of FUSE: the name exists nevertheless. */
const withoutFsync: ReadonlySet<string | undefined> = new Set(['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS']);

/**
 * Makes the names in a directory permanent, if its file system can sync a directory.
 *
 * @throws Error of the system
 */
export function syncFolder(descriptor: number): void {
  try {
    fsyncSync(descriptor);
  } catch (error) {
    if (!withoutFsync.has(errorCode(error))) throw error;
  }
}

import { closeSync, fstatSync } from 'node:fs';

import { systemReason } from '@sb/core';
import { filesClause, isFilesError, openContentFile } from '@sb/files';

import { FetcherError } from '../errors/fetcher-error.js';

/**
 * Opens the file of a `file:` URL for a worker whose user may not be permitted to open it ({@link openContentFile}).
 * Only a regular file is opened.
 *
 * @param path - absolute
 * @returns a descriptor to read from
 * @throws FetcherError `source`; its cause has the errno
 */
export function openSourceFile(path: string): number {
  try {
    return requireRegular(openContentFile(path), path);
  } catch (error) {
    if (error instanceof FetcherError) throw error;
    if (isFilesError(error)) throw new FetcherError('source', filesClause(error), { host: 'disk', path });
    throw new FetcherError('source', `${path} can't be read: ${systemReason(error)}`, {
      host: 'disk',
      path,
      cause: error,
    });
  }
}

/** A descriptor of this process, such as `/dev/fd/3`, may be anything. */
function requireRegular(descriptor: number, path: string): number {
  if (fstatSync(descriptor).isFile()) return descriptor;
  closeSync(descriptor);
  throw new FetcherError('source', `${path} is not read: it is not a regular file`, { host: 'disk', path });
}

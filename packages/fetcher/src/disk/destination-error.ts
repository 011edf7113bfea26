import { errorCode, systemReason } from '@sb/core';

import { asFileError, FetcherError } from '../errors/fetcher-error.js';

const inOthersHands = 'Another program renames or removes files there: choose a directory that only you can write to.';

/** The reason, and what to do. */
const known: Readonly<Record<string, readonly [why: string, hint: string]>> = {
  ENOENT: ['no such file', inOthersHands],
  ELOOP: ['it is a symbolic link', 'Name the file that it leads to, or remove the link.'],
  EACCES: ['permission denied', 'Choose a place that this user may write to.'],
  EROFS: ['the file system is read-only', 'Mount it read-write, or choose a place on another one.'],
  ENOSPC: ['no space left on the disk', 'Make room on the disk.'],
  EDQUOT: ['the quota of this user is used up', 'Make room within it.'],
  EIO: ['the disk reports an error', 'Read the messages of the kernel (dmesg), and check the disk.'],
  EISDIR: ['it is a directory', 'Name a file in it.'],
  ENAMETOOLONG: ['the name is too long', 'Choose a shorter one.'],
};

/**
 * Returns an error of the system about a written file as an error of a download.
 *
 * @param path - of the file
 * @param what - what failed, without the errno
 * @param caught - the caught error; an error of a download is returned unchanged
 */
export function destinationError(path: string, what: string, caught: unknown): FetcherError {
  const cause = asFileError(caught);
  if (cause instanceof FetcherError) return cause;
  const code = errorCode(cause);
  const kind = code === 'ENOSPC' || code === 'EDQUOT' ? 'disk-full' : 'file';
  const [why, hint] = (code === undefined ? undefined : known[code]) ?? [];
  const reason = why === undefined ? systemReason(cause) : `${why} (${code})`;
  return new FetcherError(kind, `${path} ${what}: ${reason}`, { path, hint, cause });
}

/** Returns the error for a file whose name does not lead to it any more. */
export function takenAway(path: string): FetcherError {
  return new FetcherError('file', `${path} was removed, renamed or replaced during the download`, {
    path,
    hint: inOthersHands,
  });
}

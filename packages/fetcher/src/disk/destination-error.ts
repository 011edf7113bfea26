import { errorCode } from '@sb/core';

import { asFileError, FetcherError } from '../errors/fetcher-error.js';

const inOthersHands = 'Something else renames or removes files there: choose a folder that only you can write to.';

const hints: Readonly<Record<string, string>> = {
  ENOENT: inOthersHands,
  ELOOP: 'It is a symbolic link, which is not followed; name the file itself, or remove the link.',
  EACCES: 'Choose a place that this user may write to.',
  EROFS: 'The file system is read-only.',
  ENOSPC: 'Make room on the disk.',
  EDQUOT: 'Make room within the quota of this user.',
  EISDIR: 'It is a folder; name a file in it.',
  ENAMETOOLONG: 'Choose a shorter name.',
};

/**
 * What the system said of a file that is written, as an error of a download.
 *
 * @param path - of the file
 * @param what - what can't be done, without the errno
 * @param caught - what was thrown; an error of a download stays as it is
 */
export function destinationError(path: string, what: string, caught: unknown): FetcherError {
  const cause = asFileError(caught);
  if (cause instanceof FetcherError) return cause;
  const code = errorCode(cause);
  const kind = code === 'ENOSPC' || code === 'EDQUOT' ? 'disk-full' : 'file';
  const hint = code === undefined ? undefined : hints[code];
  return new FetcherError(kind, `${path} ${what}: ${code ?? String(cause)}`, { path, hint, cause });
}

/** The name of a file stands for something else by now. */
export function takenAway(path: string): FetcherError {
  return new FetcherError('file', `${path} was taken away during the download`, { path, hint: inOthersHands });
}

import { FetcherError } from '@sb/fetcher';
import { filesClause, isFilesError } from '@sb/files';

/**
 * Converts an error of `@sb/files` about a directory or a file to an error of a download. `@sb/fetcher/files` has the
 * same function; but this program contains a copy of it, whose class is not that of `@sb/fetcher`.
 *
 * @param error - anything that was caught
 */
export function asDownloadError(error: unknown): unknown {
  if (!isFilesError(error)) return error;
  const { path, hint, cause } = error;
  return new FetcherError('file', filesClause(error), { path, hint, cause });
}

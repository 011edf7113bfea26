import { FetcherError } from '@sb/fetcher';
import { filesClause, isFilesError } from '@sb/files';

/**
 * What `@sb/files` says of a folder or a file, as an error of a download. `@sb/fetcher/files` has the same; but a copy of
 * that is in this program, whose class is not the one of `@sb/fetcher`.
 *
 * @param error - anything that was caught
 */
export function asDownloadError(error: unknown): unknown {
  if (!isFilesError(error)) return error;
  const { path, hint, cause } = error;
  return new FetcherError('file', filesClause(error), { path, hint, cause });
}

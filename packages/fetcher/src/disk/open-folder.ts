import { Folder } from '@sb/files';

import { asFileError } from '../errors/fetcher-error.js';

/**
 * {@link Folder.open}, with its error as an error of a download.
 *
 * @param path - absolute
 * @throws FetcherError `file`
 */
export function openFolder(path: string): Folder {
  try {
    return Folder.open(path);
  } catch (error) {
    throw asFileError(error);
  }
}

import { basename, dirname, join } from 'node:path';

import type { DownloadRequest } from '@sb/fetcher';
import { look } from '@sb/files';

import { databaseFormats, signatureFormats } from '../download/formats.js';
import { FetchError } from '../errors.js';
import { limitsFor } from '../one-file/limits.js';

/** What pacman asks its XferCommand for. */
export interface Asked {
  readonly url: URL;
  /** The path at which pacman expects it: {@link placeFor}. */
  readonly to: string;
  /** Whether a database that has not changed may be left out. */
  readonly maySkip: boolean;
}

/**
 * Returns the path of the file that pacman expects: the last part of the URL, in the working directory of the command
 * (pacman.conf(5), XferCommand without `%o`).
 *
 * @throws FetchError `usage` for a URL without a file name
 */
export function placeFor({ pathname }: URL, folder: string): string {
  // As in libalpm: not decoded.
  const name = basename(pathname);
  if (name === '' || name === '.' || name === '..') {
    throw new FetchError('usage', 'the URL does not end with a file name', 'Give a URL of a file.');
  }
  return join(folder, name);
}

/** Makes the request to the downloader. If no server has a signature, pacman decides whether that is an error. */
export function requestFor({ url, to, maySkip }: Asked): DownloadRequest {
  const { maxBytes, isDated } = limitsFor(basename(to), false);
  const isSignature = to.endsWith('.sig');
  const since = isDated && maySkip ? timeOf(join(dirname(dirname(to)), basename(to))) : undefined;
  return {
    to,
    sources: [url],
    optional: isSignature,
    resume: false,
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(isSignature ? { magic: signatureFormats } : isDated ? { magic: databaseFormats } : {}),
    ...(since === undefined ? {} : { ifModifiedSince: since }),
  };
}

/** The time of the database that pacman has; pacman read it before it asked. */
function timeOf(path: string): Date | undefined {
  try {
    const stats = look(path);
    return stats?.isFile() === true ? stats.mtime : undefined;
  } catch {
    return undefined;
  }
}

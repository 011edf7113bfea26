import { basename, dirname, join } from 'node:path';

import type { DownloadRequest } from '@sb/fetcher';
import { look } from '@sb/files';

import { databaseFormats, signatureFormats } from '../download/formats.js';
import { FetchError } from '../errors.js';
import { limitsFor } from '../one-file/limits.js';

/** What pacman asks its XferCommand for. */
export interface Asked {
  readonly url: URL;
  /** Where pacman expects it: {@link placeFor}. */
  readonly to: string;
  /** Whether a database that hasn't changed may be left out. */
  readonly maySkip: boolean;
}

/**
 * The path of the file that pacman expects: the URL's last name, in the folder that the command is run in (pacman.conf(5),
 * XferCommand without `%o`).
 *
 * @throws FetchError `usage` for a URL that names no file
 */
export function placeFor({ pathname }: URL, folder: string): string {
  // As libalpm takes it: not decoded.
  const name = basename(pathname);
  if (name === '' || name === '.' || name === '..') {
    throw new FetchError('usage', 'the URL names no file', 'Give one that ends with the name of a file.');
  }
  return join(folder, name);
}

/** Puts together what the downloader is asked for. A signature that no server has is left for pacman to judge. */
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

/** When the database that pacman has is from; it was read by pacman before it asks. */
function timeOf(path: string): Date | undefined {
  try {
    const stats = look(path);
    return stats?.isFile() === true ? stats.mtime : undefined;
  } catch {
    return undefined;
  }
}

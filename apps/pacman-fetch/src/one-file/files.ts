import { fileURLToPath } from 'node:url';

import {
  Destination,
  FetcherError,
  type FileLock,
  lockFile as lock,
  openCertificates as open,
  openSourceFile,
} from '@sb/fetcher/files';

import { FetchError } from '../errors.js';

/**
 * {@link Destination.named}, with the errors of this program.
 *
 * @throws FetchError `file`
 */
export function openDestination(path: string, mayResume: boolean): Destination {
  try {
    return Destination.named(path, mayResume);
  } catch (error) {
    throw asFetchError(error);
  }
}

/** {@link lock}, with the errors of this program. */
export function lockFile(descriptor: number, path: string): FileLock | undefined {
  try {
    return lock(descriptor, path);
  } catch (error) {
    throw asFetchError(error);
  }
}

/**
 * Opens the certificates to trust.
 *
 * @param file - a bundle that replaces the system's; undefined for the system's
 * @throws FetchError `usage` if a bundle cannot be read
 */
export function openCertificates(file: string | undefined): number | undefined {
  try {
    return open(file);
  } catch (error) {
    if (!(error instanceof FetcherError)) throw error;
    throw new FetchError('usage', error.message, error.hint ?? 'Name a PEM file with --cacert.');
  }
}

/**
 * Opens the file of a `file:` URL: the user that downloads may not be allowed to read it.
 *
 * @param name - of the file, for messages
 * @returns undefined for other URLs
 * @throws FetchError `usage` if it has no path; `download` if it cannot be read
 */
export function openSource(url: URL, name: string): number | undefined {
  if (url.protocol !== 'file:') return undefined;
  try {
    return openSourceFile(pathOf(url));
  } catch (error) {
    if (!(error instanceof FetcherError)) throw error;
    throw new FetchError('download', `failed retrieving file '${name}' from disk : ${error.message}`, error.hint);
  }
}

function pathOf(url: URL): string {
  try {
    return fileURLToPath(url);
  } catch {
    throw new FetchError('usage', `${url.href} is not a path on this machine`, 'Write it as file:///path.');
  }
}

/**
 * Converts an error of `@sb/fetcher` about FILE or its directory to one of this program; returns any other unchanged.
 */
export function asFetchError(error: unknown): unknown {
  return error instanceof FetcherError ? new FetchError('file', error.message, error.hint) : error;
}

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
 * {@link Destination.named}, with its error as this program tells it.
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

/** {@link lock}, with its error as this program tells it. */
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
 * @throws FetchError `usage` if a bundle can't be read
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
 * Opens what a `file:` URL names: who downloads may have no right to it.
 *
 * @param name - of the file, for messages
 * @returns undefined for other URLs
 * @throws FetchError `usage` for one that names no path; `download` if it can't be read
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
    throw new FetchError('usage', `${url.href} names no path of this machine`, 'Give it as file:///path.');
  }
}

/** An error of `@sb/fetcher` about FILE or its folder, as this program tells it; any other as it is. */
export function asFetchError(error: unknown): unknown {
  return error instanceof FetcherError ? new FetchError('file', error.message, error.hint) : error;
}

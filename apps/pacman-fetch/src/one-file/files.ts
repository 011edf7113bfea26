import { FetcherError, Folder, lockFile as lock, openCertificates as open } from '@sb/fetcher/files';
import type { Server } from 'node:net';

import { FetchError } from '../errors.js';

/** {@link Folder.open}, with its error as this program tells it. */
export function openFolder(path: string): Folder {
  try {
    return Folder.open(path);
  } catch (error) {
    throw toldHere(error);
  }
}

/** {@link lock}, with its error as this program tells it. */
export async function lockFile(descriptor: number, path: string): Promise<Server | undefined> {
  return await lock(descriptor, path).catch((error: unknown) => {
    throw toldHere(error);
  });
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
    throw new FetchError('usage', error.message, 'Name a PEM file with --cacert.');
  }
}

function toldHere(error: unknown): unknown {
  return error instanceof FetcherError ? new FetchError('file', error.message, error.hint) : error;
}

import { createHash } from 'node:crypto';
import { closeSync, fstatSync } from 'node:fs';
import { join } from 'node:path';

import { defaultMaxBytes } from '@sb/fetcher';
import { ensureFolder, isRoot, openContentFile } from '@sb/files';

import { chunksOf } from '../chunks.js';
import { FetchError } from '../errors.js';
import type { CacheFolders } from './cache-folders.js';
import type { Wanted } from './wanted.js';

/** What pacman finds of a package in its cache directories. */
export interface Cached {
  /** The first directory that has a file of that name: pacman does not look further. */
  readonly folder: string;
  /** Whether it is the file of the database. */
  readonly isComplete: boolean;
}

/**
 * Looks for a package as pacman does.
 *
 * @param caches - the directories
 * @param signal - stops computing the sum of a file
 * @returns undefined if it is not there
 * @throws the reason of the signal, once that is aborted
 */
export async function cached(wanted: Wanted, caches: CacheFolders, signal: AbortSignal): Promise<Cached | undefined> {
  const folder = caches.folderOf(wanted.file);
  if (folder === undefined) return undefined;
  return { folder, isComplete: await isWhole(join(folder, wanted.file), wanted, signal) };
}

/**
 * Returns the directory to which packages are downloaded: the first that can be written, as in pacman.
 *
 * @throws FetchError `file` if none can
 */
export function downloadFolder(caches: readonly string[]): string {
  const found = writableFolder(caches);
  if (found !== undefined) return found;
  const hint = isRoot()
    ? 'Mount the file system of one of them read-write, or set another CacheDir in pacman.conf.'
    : 'Run the command as root.';
  throw new FetchError('file', `cannot write to any cache directory: ${caches.join(', ')}`, hint);
}

/** The first directory that can be written; undefined if none can. pacman uses /tmp then, as root. */
export function writableFolder(caches: readonly string[]): string | undefined {
  return caches.find(isWritable);
}

function isWritable(path: string): boolean {
  try {
    const folder = ensureFolder(path);
    const is = folder.isWritable();
    folder.close();
    return is;
  } catch {
    return false;
  }
}

/** Whether a file is the wanted one. A file that cannot be opened, or is not a regular file, is not. */
async function isWhole(path: string, { size, sha256 }: Wanted, signal: AbortSignal): Promise<boolean> {
  let descriptor: number;
  try {
    descriptor = openContentFile(path);
  } catch {
    return false;
  }
  try {
    const { size: held } = fstatSync(descriptor);
    // pacman does not report the size of an existing file. A sparse file can be so large that computing its sum would
    // never end.
    const hasSize = size === undefined ? held <= defaultMaxBytes : held === size;
    // If the database has no sum, a good file cannot be recognized, and pacman accepts it.
    return hasSize && (sha256 === undefined || (await digest(descriptor, { maxBytes: held, signal })) === sha256);
  } finally {
    closeSync(descriptor);
  }
}

interface Sum {
  /** A file that grows meanwhile would not end either. */
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** @returns undefined for a file that is larger */
async function digest(descriptor: number, { maxBytes, signal }: Sum): Promise<string | undefined> {
  const hash = createHash('sha256');
  let sum = 0;
  for await (const chunk of chunksOf(descriptor, signal)) {
    hash.update(chunk);
    sum += chunk.length;
    if (sum > maxBytes) return undefined;
  }
  return hash.digest('hex');
}

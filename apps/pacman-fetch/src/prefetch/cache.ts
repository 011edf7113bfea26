import { createHash } from 'node:crypto';
import { accessSync, constants, createReadStream, mkdirSync, type Stats, statSync } from 'node:fs';
import { join } from 'node:path';

import { FetchError } from '../errors.js';
import type { Wanted } from './wanted.js';

/** What pacman finds of a package in its cache folders. */
export interface Cached {
  /** The first folder that has a file of that name: pacman looks no further. */
  readonly folder: string;
  /** Whether it is what the database says. */
  readonly isComplete: boolean;
}

/**
 * Looks for a package as pacman does.
 *
 * @param caches - its folders, in their order
 * @returns undefined if it isn't there
 */
export async function cached({ file, size, sha256 }: Wanted, caches: readonly string[]): Promise<Cached | undefined> {
  const folder = folderOf(file, caches);
  if (folder === undefined) return undefined;
  const path = join(folder, file);
  const hasSize = size === undefined || statSync(path).size === size;
  // Without a sum in the database there is nothing to tell a good file by, and pacman takes it as it is.
  return { folder, isComplete: hasSize && (sha256 === undefined || (await digest(path)) === sha256) };
}

/** The first folder that has a file of that name. */
export function folderOf(file: string, caches: readonly string[]): string | undefined {
  return caches.find((folder) => look(join(folder, file))?.isFile() === true);
}

/**
 * The folder that packages are downloaded to: the first that can be written, as for pacman.
 *
 * @throws FetchError `file` if none can
 */
export function downloadFolder(caches: readonly string[]): string {
  const found = caches.find(isWritable);
  if (found !== undefined) return found;
  throw new FetchError('file', `no cache folder can be written: ${caches.join(', ')}`, 'Run it as root.');
}

function isWritable(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o755 });
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function look(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false });
  } catch {
    // pacman doesn't find what it can't look at.
    return undefined;
  }
}

async function digest(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

import { createHash } from 'node:crypto';
import { closeSync, fstatSync } from 'node:fs';
import { join } from 'node:path';

import { defaultMaxBytes } from '@sb/fetcher';
import { ensureFolder, look, openContentFile } from '@sb/files';

import { chunksOf } from '../chunks.js';
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
 * @param signal - ends the sum of a file
 * @returns undefined if it isn't there
 * @throws the reason of the signal, once that is aborted
 */
export async function cached(
  wanted: Wanted,
  caches: readonly string[],
  signal: AbortSignal,
): Promise<Cached | undefined> {
  const folder = folderOf(wanted.file, caches);
  if (folder === undefined) return undefined;
  return { folder, isComplete: await isWhole(join(folder, wanted.file), wanted, signal) };
}

/** The first folder that has a file of that name. */
export function folderOf(file: string, caches: readonly string[]): string | undefined {
  return caches.find((folder) => isThere(join(folder, file)));
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

function isThere(path: string): boolean {
  try {
    return look(path)?.isFile() === true;
  } catch {
    // pacman doesn't find what it can't look at.
    return false;
  }
}

/** Whether a file is the one that is wanted; what can't be opened, or not as a file of content, is not. */
async function isWhole(path: string, { size, sha256 }: Wanted, signal: AbortSignal): Promise<boolean> {
  let descriptor: number;
  try {
    descriptor = openContentFile(path);
  } catch {
    return false;
  }
  try {
    const { size: held } = fstatSync(descriptor);
    // pacman says no size of what is there. A file without blocks can be so large that nobody would see the end of its sum.
    const hasSize = size === undefined ? held <= defaultMaxBytes : held === size;
    // Without a sum in the database there is nothing to tell a good file by, and pacman takes it as it is.
    return hasSize && (sha256 === undefined || (await digest(descriptor, { maxBytes: held, signal })) === sha256);
  } finally {
    closeSync(descriptor);
  }
}

interface Sum {
  /** One that grows meanwhile has no end either. */
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

import { basename, dirname } from 'node:path';

import type { DownloadRequest } from '@sb/fetcher';
import { Folder, look, type Space, spaceOf } from '@sb/files';

import { FetchError } from '../errors.js';

/** What stays free on the disk: 20 MiB, or a twentieth if that is less, as in pacman. */
const cushionBytes = 20 * 1024 * 1024;

/**
 * Blocks that files need, with the free part.
 *
 * @param sizes - bytes of each that remain
 */
function blocksNeeded(sizes: readonly number[], { blockSize, blocks }: Omit<Space, 'available'>): number {
  const cushion = Math.min(Math.trunc(blocks / 20) + 1, Math.trunc(cushionBytes / blockSize) + 1);
  return sizes.reduce((sum, size) => sum + Math.ceil(size / blockSize), cushion);
}

/**
 * Checks before the first byte that there is space for everything (CheckSpace in pacman.conf(5)). Files of unknown size
 * are not counted.
 *
 * @throws FetchError `download`, in pacman's words
 */
export function requireSpace(requests: readonly DownloadRequest[]): void {
  const folders = new Set(requests.map(({ to }) => dirname(to)));
  for (const path of folders) {
    using folder = Folder.open(path);
    const space = spaceOf(folder);
    const sizes = requests.filter(({ to }) => dirname(to) === path).map((request) => toCome(request, folder));
    const needed = blocksNeeded(sizes, space);
    if (needed <= space.available) continue;
    const what = `Partition ${mountPoint(path)} too full: ${needed} blocks needed, ${space.available} blocks free`;
    throw new FetchError('download', what, 'Nothing was downloaded. "paccache -r" removes old packages.');
  }
}

/** Bytes of a file that remain. */
function toCome({ to, size = 0 }: DownloadRequest, folder: Folder): number {
  const part = folder.lookUp(`${basename(to)}.part`);
  return Math.max(0, size - (part?.isFile() === true ? part.size : 0));
}

/** The mount point of a directory's file system. */
function mountPoint(path: string): string {
  let point = path;
  while (point !== '/' && look(dirname(point))?.dev === look(point)?.dev) point = dirname(point);
  return point;
}
